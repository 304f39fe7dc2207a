"""Which pairs article and name propose, and which of them are alone on both sides."""

from catalog_sync.domain.proposals import CANDIDATES_NAMED_MAX, Left, Proposal, propose
from catalog_sync.domain.rows import MatchedBy


def left(item_id: str, name: str = "", article: str | None = None, *, active: bool = True) -> Left:
    return Left(item_id, name, article, active)


def test_an_article_is_equal_without_case_and_white_space_and_goes_before_a_name() -> None:
    rows = [left("r", "Молоко", " m-1 ")]
    others = [left("1", "Молоко", "X"), left("2", "Иное", "M-1")]

    assert propose(rows, others) == {"r": Proposal("r", MatchedBy.ARTICLE, ("2",), 1, 0)}


def test_a_name_is_proposed_where_no_article_fits_and_only_if_it_is_the_whole_name() -> None:
    rows = [left("r", "Молоко  1 л", "A"), left("s", "Молоко", "B")]

    assert propose(rows, [left("1", "молоко 1 Л", "C")]) == {"r": Proposal("r", MatchedBy.NAME, ("1",), 1, 0)}


def test_several_candidates_or_several_rows_are_never_unique() -> None:
    found = propose([left("r", "", "A"), left("s", "", "A")], [left("1", "", "A")])
    many = propose([left("r", "Чай")], [left(str(n), "Чай") for n in range(50)])

    assert {proposal.rivals for proposal in found.values()} == {1}
    assert not any(proposal.unique for proposal in (*found.values(), *many.values()))
    assert (len(many["r"].candidates), many["r"].candidates_count) == (CANDIDATES_NAMED_MAX, 50)


def test_a_candidate_taken_by_article_is_not_proposed_by_name_to_another() -> None:
    rows = [left("r", "Чай", "A"), left("s", "Чай")]

    assert set(propose(rows, [left("1", "Чай", "A")])) == {"r"}


def test_an_archived_candidate_gives_way_to_an_active_one_and_empty_values_pair_nothing() -> None:
    rows = [left("r", "Чай", "A"), left("s", "", ""), left("t", " ", None)]
    others = [left("1", "Чай", "A", active=False), left("2", "", "A"), left("3", "", "")]

    assert propose(rows, others) == {"r": Proposal("r", MatchedBy.ARTICLE, ("2",), 1, 0)}
    assert propose(rows[:1], others[:1])["r"].candidates == ("1",)
