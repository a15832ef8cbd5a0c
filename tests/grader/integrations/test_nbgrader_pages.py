"""nbgrader's pages show students' text, tables and pictures, without active content."""

from __future__ import annotations

import pytest

from grader.integrations.nbgrader.pages import clean_html, markdown2html


@pytest.mark.parametrize(
    "written",
    [
        "<script>1</script>",
        "<img src=x onerror=1>",
        "<svg><animate onbegin=1></svg>",
        "<math><mtext><table><mglyph><style><img src=x onerror=1>",
        "<noscript><p title='</noscript><img src=x onerror=1>'>",
        "<iframe src='javascript:1'></iframe><object data=x></object><embed src=x>",
        "<form action='javascript:1'><button formaction=x>b</button></form>",
        "<a href='java&#10;script:1'>a</a><a href='&#1;javascript:1'>b</a><a href='da\tta:text/html,1'>c</a>",
        "<img src='data:text/html;base64,AAAA'><img src='data:image/svg+xml,<svg onload=1>'>",
        "<p style='position:fixed;background:url(x);behavior:url(x)'>p</p><style>*{color:red}</style>",
        "<base href=x><meta http-equiv=refresh content=0><link rel=stylesheet href=x>",
        "<a href='x' target=_blank onclick=1 ping=x>d</a><details ontoggle=1 open>e</details>",
        "<!--><script>1</script>--><![CDATA[<script>1</script>]]><?xml <script>?>",
    ],
)
def test_nothing_acts(written: str) -> None:
    """Active tags are shown as text; active attributes and addresses are removed."""
    page = clean_html(written)
    for act in (
        "<script",
        "<svg",
        "<math",
        "<iframe",
        "<form",
        "<button",
        "<style",
        "<object",
        "<base",
        "<meta",
        "<link",
    ):
        assert act not in page
    tags = [tag.partition(">")[0].lower() for tag in page.split("<")[1:]]
    assert not [tag for tag in tags if " on" in tag or "javascript:" in tag or "data:" in tag or "url(" in tag], page
    assert not [tag for tag in tags if "position" in tag or "target=" in tag or "ping=" in tag], page


def test_what_a_page_is_made_of_passes() -> None:
    """Headings, tables, pictures, and the styles of the kit's panels are kept."""
    picture = '<img alt="a" src="data:image/png;base64,AAAA">'
    for written in (
        '<h2 id="a">A</h2>',
        '<table><tbody><tr><td style="text-align: left;">1</td></tr></tbody></table>',
        picture,
        '<img src="https://example.org/a.png">',
        '<div style="border-radius:6px;padding:.5em .9em;max-width:60em;">✓</div>',
        '<a href="https://example.org">b</a>',
        "<pre><code>x &lt; 1</code></pre>",
    ):
        assert clean_html(written) == written


def test_text_is_what_nbconvert_makes_of_it_cleaned() -> None:
    """Mathematics stays for MathJax, code stays code, and a missing picture does not hide the text."""
    page = markdown2html({"cell": {"attachments": {"a": {"image/png": "AAAA"}}}}, "$x < 1$ `<b>`\n\n![p](attachment:a)")
    assert "$x &lt; 1$" in page and "<code>&lt;b&gt;</code>" in page and "data:image/png;base64,AAAA" in page
    assert "<img" in markdown2html({"cell": {}}, "![p](attachment:gone)")
    assert (
        "javascript"
        not in markdown2html({}, "[x](javascript:1) <script>1</script>").replace("<script>", "").split(">")[0]
    )
