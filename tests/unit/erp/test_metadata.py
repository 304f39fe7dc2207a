"""Reading ``$metadata``."""

import pytest

from smena.erp.onec.metadata import parse_metadata

HEAD = '<edmx:Edmx xmlns:edmx="http://x"><Schema xmlns="http://y">'
TAIL = "</Schema></edmx:Edmx>"


def test_sets_fields_sections_and_enumerations() -> None:
    document = (
        f'{HEAD}<EntityType Name="A_Б"><Property Name="Ref_Key" Type="Edm.Guid"/>'
        '<Property Name="Товары" Type="Collection(StandardODATA.A_Б_Товары_RowType)"/></EntityType>'
        '<ComplexType Name="A_Б_Товары_RowType"><Property Name="Цена" Type="Edm.Double"/></ComplexType>'
        '<EnumType Name="Ставки"><Member Name="НДС20" Value="0"/></EnumType>'
        f'<EntityContainer><EntitySet Name="A_Б" EntityType="StandardODATA.A_Б"/></EntityContainer>{TAIL}'
    )

    metadata = parse_metadata(document.encode())

    assert metadata.has("A_Б", "Ref_Key")
    assert metadata.missing("A_Б", ["Ref_Key", "Number"]) == ["A_Б.Number"]
    assert metadata.missing("Нет", ["Ref_Key"]) == ["Нет"]
    assert metadata.missing_rows("A_Б", "Товары", ["Цена", "Сумма"]) == ["A_Б.Товары.Сумма"]
    assert metadata.missing_rows("A_Б", "Возвраты", ["Цена"]) == ["A_Б.Возвраты"]
    assert metadata.enumerations == {"Ставки": frozenset({"НДС20"})}


@pytest.mark.parametrize(
    "document",
    [
        b"",
        b"<html><body>log in</body></html>",
        f"{HEAD}<EntityType".encode(),
        b'<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;">]><x>&b;</x>',
    ],
)
def test_what_is_no_metadata_is_refused(document: bytes) -> None:
    with pytest.raises(ValueError, match=r"\$metadata"):
        parse_metadata(document)
