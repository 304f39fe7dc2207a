"""The documents of a shift from one revision to the next: which stand, under which keys, and what they say."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace

from ledger.domain.build_documents import FirstDocuments, build_documents, role_of
from ledger.domain.documents import Document
from ledger.domain.rules import DocumentRules, OnChange
from ledger.domain.shifts import ShiftRevision


@dataclass(frozen=True, slots=True)
class Chain:
    """What the revisions so far come to.

    ``documents`` holds by key what each document says last; ``in_force`` the keys of those that stand, the earliest
    first; ``last`` is the revision that was taken in last, ``revisions`` all of them by number.
    """

    documents: Mapping[str, Document] = field(default_factory=dict)
    in_force: tuple[str, ...] = ()
    last: ShiftRevision | None = None
    revisions: Mapping[int, ShiftRevision] = field(default_factory=dict)

    def restates(self, rules: DocumentRules) -> bool:
        """Whether a revision by these rules would rewrite what stands, instead of adding its difference."""
        return self.last is not None and rules.on_change is OnChange.UPDATE

    def then(self, revision: ShiftRevision, rules: DocumentRules, superseded: Collection[str] = ()) -> "Chain":
        """One revision more, by the rules of its register (domain.md, «A later revision»).

        By ``adjust`` documents of the signed difference are added, linked to the first ones; what those of the keys
        ``superseded`` said, which never reached the ERP, is said anew in full. By ``update`` the whole
        revision is stated under the first keys; a document it no longer makes leaves the chain, and a new kind gets
        a key of its own.

        Raises:
            UnbalancedDocumentsError: the documents do not add up.
        """
        if self.restates(rules):
            return self._restated(revision, rules)
        gone = tuple(self.documents[key] for key in self.in_force if key in superseded)
        standing = tuple(key for key in self.in_force if key not in superseded)
        if gone and not standing:
            built = build_documents(revision, rules)
        else:
            first = self._first(standing)
            built = build_documents(
                revision, rules, earlier=self.last, first=first, superseded=gone, known=self.revisions
            )
        return self._with(built, (*standing, *(one.key for one in built)), revision)

    def _with(self, built: Iterable[Document], in_force: tuple[str, ...], revision: ShiftRevision) -> "Chain":
        documents = {**self.documents, **{one.key: one for one in built}}
        return Chain(documents, in_force, revision, {**self.revisions, revision.number: revision})

    def _first(self, standing: Iterable[str]) -> FirstDocuments:
        found: dict[str, Document] = {}
        for key in standing:
            document = self.documents[key]
            found.setdefault(role_of(document.kind.value, document.payment_kind), document)
        return FirstDocuments({role: document.id for role, document in found.items()})

    def _restated(self, revision: ShiftRevision, rules: DocumentRules) -> "Chain":
        held: dict[tuple[str, str | None], Document] = {}
        for key in self.in_force:
            held.setdefault(_place(self.documents[key]), self.documents[key])
        made = {
            one.key: one for one in (_under(held.get(_place(new)), new) for new in build_documents(revision, rules))
        }
        kept = tuple(key for key in self.in_force if key in made)
        return self._with(made.values(), (*kept, *(key for key in made if key not in kept)), revision)


def follow(steps: Iterable[tuple[ShiftRevision, DocumentRules]]) -> Chain:
    """The chain of revisions in order, each by its own rules."""
    chain = Chain()
    for revision, rules in steps:
        chain = chain.then(revision, rules)
    return chain


def _place(document: Document) -> tuple[str, str | None]:
    return document.kind.value, document.payment_kind


def _under(held: Document | None, document: Document) -> Document:
    """A document under the key of the one it restates: its marker keeps the first revision."""
    return document if held is None else replace(document, key=held.key, revision=held.revision, adjusts=None)
