//! What the fuzz targets have found, in short.

use crate::holds;
use crate::with_spec;

#[test]
fn a_quote_in_a_template_that_only_the_text_ends() {
    for template in [
        "${steps.a.\"‸",
        "${steps.a[`é",
        "${outputs.a.\"😀",
        "${secrets[\"‸",
        "${parameters.`‸",
        "${connections.\"‸",
        "${steps.a.\"",
    ] {
        let text = with_spec(&format!("x: '{template}'\ny: |\n  {template}"));
        holds::text(&text);
        for at in 0..text.encode_utf16().count() {
            holds::assist(&text, at);
        }
    }
}
