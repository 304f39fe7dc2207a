"""``$metadata``: the schema as EDMX, with what live bases leave out left out (LIVE-A)."""

from smena_sandbox.onec.schema import EntityType, Prop, Schema

_EDMX = "http://schemas.microsoft.com/ado/2007/06/edmx"
_DATA = "http://schemas.microsoft.com/ado/2007/08/dataservices/metadata"
_EDM = "http://schemas.microsoft.com/ado/2009/11/edm"
_SPACE = "StandardODATA"


def metadata(schema: Schema, unpublished: frozenset[str]) -> bytes:
    """Return the XML.

    LIVE-A: no ``AssociationSet``; ``Post`` and ``Unpost`` are FunctionImports bound through
    ``bindingParameter``, without ``EntitySet`` and without ``m:HttpMethod``; an enumeration's property is a
    string with no link to its EnumType. No lengths are given, so that a client cannot learn them here.
    """
    shown = [entity for entity in schema.values() if entity.name not in unpublished]
    names = {entity.name for entity in shown}
    parts = [
        '<?xml version="1.0" encoding="utf-8"?>\n',
        f'<edmx:Edmx Version="1.0" xmlns:edmx="{_EDMX}">',
        f'<edmx:DataServices m:DataServiceVersion="3.0" m:MaxDataServiceVersion="3.0" xmlns:m="{_DATA}">',
        f'<Schema Namespace="{_SPACE}" xmlns="{_EDM}" xmlns:d="http://schemas.microsoft.com/ado/2007/08/dataservices">',
    ]
    for entity in shown:
        parts.append(_entity_type(entity, names))
        parts.extend(_row_type(entity, section.name, section.props) for section in entity.sections)
    parts.extend(_association(entity, prop) for entity in shown for prop in _links(entity, names))
    parts.extend(_enumerations(shown))
    parts.append('<EntityContainer Name="EnterpriseV8" m:IsDefaultEntityContainer="true">')
    parts.extend(f'<EntitySet Name="{e.name}" EntityType="{_SPACE}.{e.name}"/>' for e in shown)
    parts.extend(_functions(shown))
    parts.append("</EntityContainer></Schema></edmx:DataServices></edmx:Edmx>")
    return "".join(parts).encode()


def _links(entity: EntityType, names: set[str]) -> list[Prop]:
    return [prop for prop in entity.by_navigation.values() if prop.target in names]


def _property(prop: Prop, key: tuple[str, ...] = ()) -> str:
    kind = "Binary" if prop.type == "Binary" else prop.type
    nullable = "false" if prop.name in key else "true"
    return f'<Property Name="{prop.name}" Type="Edm.{kind}" Nullable="{nullable}"/>'


def _entity_type(entity: EntityType, names: set[str]) -> str:
    keys = "".join(f'<PropertyRef Name="{name}"/>' for name in entity.key)
    props = "".join(_property(prop, entity.key) for prop in entity.props)
    sections = "".join(
        f'<Property Name="{section.name}" Type="Collection({_row_type_name(entity, section.name)})" Nullable="false"/>'
        for section in entity.sections
    )
    links = "".join(
        f'<NavigationProperty Name="{prop.navigation}" Relationship="{_SPACE}.{entity.name}_{prop.navigation}" '
        'FromRole="Begin" ToRole="End"/>'
        for prop in _links(entity, names)
    )
    return f'<EntityType Name="{entity.name}"><Key>{keys}</Key>{props}{sections}{links}</EntityType>'


def _row_type_name(entity: EntityType, section: str) -> str:
    return f"{_SPACE}.{_row_name(entity, section)}"


def _row_name(entity: EntityType, section: str) -> str:
    # The rows of a record set share one type with its records.
    return f"{entity.name}_RowType" if section == "RecordSet" else f"{entity.name}_{section}_RowType"


def _row_type(entity: EntityType, section: str, props: tuple[Prop, ...]) -> str:
    return f'<ComplexType Name="{_row_name(entity, section)}">{"".join(map(_property, props))}</ComplexType>'


def _association(entity: EntityType, prop: Prop) -> str:
    return (
        f'<Association Name="{entity.name}_{prop.navigation}">'
        f'<End Role="Begin" Type="{_SPACE}.{entity.name}" Multiplicity="*"/>'
        f'<End Role="End" Type="{_SPACE}.{prop.target}" Multiplicity="0..1"/></Association>'
    )


def _enumerations(shown: list[EntityType]) -> list[str]:
    found: dict[str, tuple[str, ...]] = {}
    for entity in shown:
        found.update({prop.enum: prop.values for prop in entity.props if prop.enum})
        for section in entity.sections:
            found.update({prop.enum: prop.values for prop in section.props if prop.enum})
    return [
        f'<EnumType Name="{name}">{"".join(_member(value, at) for at, value in enumerate(values))}</EnumType>'
        for name, values in found.items()
    ]


def _member(value: str, at: int) -> str:
    return f'<Member Name="{value}" Value="{at}"/>'


def _functions(shown: list[EntityType]) -> list[str]:
    found: list[str] = []
    for entity in shown:
        binding = f'<Parameter Name="bindingParameter" Type="{_SPACE}.{entity.name}"/>'
        if entity.kind == "document":
            operational = '<Parameter Name="PostingModeOperational" Type="Edm.Boolean"/>'
            found.append(f'<FunctionImport Name="Post" IsBindable="true">{binding}{operational}</FunctionImport>')
            found.append(f'<FunctionImport Name="Unpost" IsBindable="true">{binding}</FunctionImport>')
        elif entity.kind == "records" and entity.name.startswith("InformationRegister_"):
            found.append(
                f'<FunctionImport Name="SliceLast" IsBindable="true" '
                f'ReturnType="Collection({_SPACE}.{entity.name})">{binding}'
                '<Parameter Name="Period" Type="Edm.DateTime"/><Parameter Name="Condition" Type="Edm.String"/>'
                "</FunctionImport>"
            )
    return found
