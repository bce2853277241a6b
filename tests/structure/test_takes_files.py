"""A page that reads files says so, or the entrance takes nothing longer than a form for it."""

from collections.abc import Iterator

from django.urls import URLPattern, URLResolver, get_resolver

from staffetta.accounts.access import file_bytes
from tests.structure.test_bans import MODULES, is_view, place


def patterns(resolver: URLResolver) -> Iterator[URLPattern]:
    for pattern in resolver.url_patterns:
        if isinstance(pattern, URLResolver):
            yield from patterns(pattern)
        else:
            yield pattern


def test_every_page_that_reads_files_is_marked() -> None:
    sources = {place(path): path.read_text() for path in MODULES if is_view(place(path))}
    readers = {where: source.count("request.FILES") for where, source in sources.items() if "request.FILES" in source}
    marked = {where: source.count("@takes_files(") for where, source in sources.items() if "@takes_files(" in source}
    assert readers == marked


def test_these_pages_take_files_and_no_others() -> None:
    marked = {pattern.name for pattern in patterns(get_resolver()) if file_bytes(pattern.callback)}
    assert marked == {"upload", "suppress", "import_templates"}
