//! The text inside a text area. The renderer writes the children of a text area as they are, so
//! whatever a person typed has to be escaped here, or it would end the area and become the page.

/// `text` for between `<textarea>` and `</textarea>`, so that the browser's control has exactly
/// `text`: a first line end of its own, because the parser of HTML drops one, and carriage returns
/// as references, because it would turn them into line ends.
pub fn area_text(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len() + 1);
    escaped.push('\n');
    for c in text.chars() {
        match c {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '\r' => escaped.push_str("&#13;"),
            other => escaped.push(other),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::area_text;
    use leptos::prelude::*;

    #[test]
    fn nothing_typed_ends_the_area() {
        let hostile = "\na: </textarea><script>x</script> &amp; \r🎉";
        let html = view! { <textarea>{area_text(hostile)}</textarea> }.to_html();
        let inside = "\n\na: &lt;/textarea&gt;&lt;script&gt;x&lt;/script&gt; &amp;amp; &#13;🎉";
        assert_eq!(html, format!("<textarea>{inside}</textarea>"));
    }
}
