"""WhatsApp's formatting as HTML that is safe whatever the text."""

import re
from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from staffetta.channels.guide import to_html as guide_to_html
from staffetta.channels.message_templates.markup import plain, to_html
from staffetta.channels.message_templates.preview import excerpt, preview

ALLOWED = {"strong", "em", "s", "code", "span"}
TEXTS = st.text(alphabet=st.sampled_from(list("ab *_~`\n{}1<>&\"'é\ue000")), max_size=60)


class Tags(HTMLParser):
    """Reads HTML; fails on a tag that is not allowed or not closed in order."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.text = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert tag in ALLOWED
        assert attrs in ([], [("class", "var")], [("class", "var missing")])
        self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text += data


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("*grassetto* e _corsivo_", "<strong>grassetto</strong> e <em>corsivo</em>"),
        ("~barrato~", "<s>barrato</s>"),
        ("```mono *non* grassetto```", "<code>mono *non* grassetto</code>"),
        ("*_insieme_*", "<strong><em>insieme</em></strong>"),
        ("2*3*4", "2*3*4"),
        ("* elenco * no", "* elenco * no"),
        ("*su due\nrighe*", "*su due\nrighe*"),
        ("snake_case_name", "snake_case_name"),
        ("<b>&", "&lt;b&gt;&amp;"),
        ("*{{1}}*", '<strong><span class="var">{{1}}</span></strong>'),
        ("Ciao {1}", 'Ciao <span class="var">{{1}}</span>'),
        ("**", "**"),
    ],
)
def test_formatting_is_that_of_whatsapp(text: str, html: str) -> None:
    assert to_html(text) == html


@given(TEXTS)
def test_the_html_is_well_formed_and_only_of_allowed_tags(text: str) -> None:
    reader = Tags()
    reader.feed(to_html(text))
    reader.close()
    assert not reader.open


@given(st.text(max_size=80))
def test_nothing_of_the_text_is_lost_but_marks(text: str) -> None:
    reader = Tags()
    reader.feed(to_html(text))
    reader.close()
    marks = re.compile(r"[*_~`{}\s\ue000-\uf8ff\r]")
    assert marks.sub("", reader.text) == marks.sub("", text)


@given(st.text(max_size=30))
def test_a_value_is_never_taken_for_markup(value: str) -> None:
    drawn = preview([{"type": "BODY", "text": "Ciao {{1}}!"}], {"1": value})
    assert "<strong>" not in drawn.body
    assert "<script" not in drawn.body


def test_a_missing_value_is_marked() -> None:
    drawn = preview([{"type": "BODY", "text": "Ciao {{1}}"}], {})
    assert drawn.body == 'Ciao <span class="var missing">{{1}}</span>'


def test_header_footer_and_buttons_are_drawn() -> None:
    drawn = preview(
        [
            {"type": "HEADER", "format": "IMAGE"},
            {"type": "BODY", "text": "Testo"},
            {"type": "FOOTER", "text": "Piede"},
            {"type": "BUTTONS", "buttons": [{"type": "URL", "text": "Apri", "url": "https://example.com/{{1}}"}, "?"]},
        ]
    )
    assert (drawn.media, drawn.footer, [button.label for button in drawn.buttons]) == ("photo", "Piede", ["Apri"])


def test_a_header_knows_no_formatting() -> None:
    drawn = preview([{"type": "HEADER", "format": "TEXT", "text": "*Ordine* {{1}} <b>"}], {"header": "A-1"})
    assert drawn.header == '*Ordine* <span class="var">A-1</span> &lt;b&gt;'


def test_of_more_than_three_buttons_two_are_in_sight_and_the_others_behind_all_options() -> None:
    replies = [{"type": "QUICK_REPLY", "text": str(number)} for number in range(5)]
    few, many = (preview([{"type": "BUTTONS", "buttons": rows}]) for rows in (replies[:3], replies))
    assert ([button.label for button in few.in_sight], few.behind) == (["0", "1", "2"], [])
    assert [button.label for button in many.in_sight] == ["0", "1"]
    assert [button.label for button in many.behind] == ["2", "3", "4"]


@pytest.mark.parametrize("kind", ["COPY_CODE", "OTP", "CATALOG", "SOMETHING_NEW"])
def test_a_button_without_words_shows_none_of_our_codes(kind: str) -> None:
    [button] = preview([{"type": "BUTTONS", "buttons": [{"type": kind}]}]).buttons
    assert str(button.label)
    assert kind not in str(button.label)


def test_an_excerpt_is_one_line_without_marks() -> None:
    assert excerpt(plain("Ciao *{{1}}*,\n_ecco_ le novità")) == "Ciao {{1}}, ecco le novità"


@given(st.text(alphabet=st.sampled_from(list("ab*`[]()|#-1.\n <>\"'&:/")), max_size=120))
def test_a_guide_never_lets_html_through(text: str) -> None:
    html = guide_to_html(text)
    assert not re.search(r"<(?!/?(p|h[1-6]|ul|ol|li|strong|em|code|pre|a|div|table|thead|tbody|tr|th|td)\b)", html)
