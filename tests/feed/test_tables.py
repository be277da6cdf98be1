from importlib.resources import files

from feed.categories import CATEGORIES
from feed.codes import COUNTRIES, LANGUAGES
from feed.taxonomy import ROLES, groups_of


def test_apple_has_19_categories_and_91_subcategories() -> None:
    assert len(CATEGORIES) == 19
    assert sum(map(len, CATEGORIES.values())) == 91


def test_the_taxonomy_has_11_groups_and_63_pairs() -> None:
    assert len(ROLES) == 11
    assert sum(map(len, ROLES.values())) == 63
    assert groups_of("Editor") == ("writing", "video post-production")
    assert groups_of("Gast") == ()


def test_the_countries_are_those_of_the_time_zone_database() -> None:
    lines = files("tzdata.zoneinfo").joinpath("iso3166.tab").read_text(encoding="utf-8").splitlines()
    assert {line.split("\t")[0] for line in lines if not line.startswith("#")} == COUNTRIES


def test_the_languages_are_two_letters_each() -> None:
    assert {"de", "en", "fr"} <= LANGUAGES
    assert all(len(code) == 2 for code in LANGUAGES)
