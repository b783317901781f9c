//! Markdown in other notations, as steps hand it on to ticket systems and mails.

use pulldown_cmark::{CodeBlockKind, Event, Options, Parser, Tag, TextMergeStream};

/// As HTML. What is HTML in the text stays it.
pub(super) fn html(source: &str) -> String {
    let mut html = String::new();
    let options =
        Options::ENABLE_TABLES | Options::ENABLE_STRIKETHROUGH | Options::ENABLE_SMART_PUNCTUATION;
    let mut events = TextMergeStream::new(Parser::new_ext(source, options)).peekable();
    let mut depth = 0_usize;
    while let Some(event) = events.next() {
        let ends_block = match &event {
            Event::Start(_) => {
                depth += 1;
                false
            }
            Event::End(_) => {
                depth = depth.saturating_sub(1);
                depth == 0
            }
            Event::Rule => depth == 0,
            _ => false,
        };
        pulldown_cmark::html::push_html(&mut html, std::iter::once(event));
        // Blocks stand apart by an empty line.
        if ends_block && events.peek().is_some() {
            html.push('\n');
        }
    }
    entities(&html)
}

/// Typographic characters by their names.
fn entities(html: &str) -> String {
    let mut text = String::with_capacity(html.len());
    for c in html.chars() {
        match c {
            '“' => text.push_str("&ldquo;"),
            '”' => text.push_str("&rdquo;"),
            '‘' => text.push_str("&lsquo;"),
            '’' => text.push_str("&rsquo;"),
            '–' => text.push_str("&ndash;"),
            '—' => text.push_str("&mdash;"),
            '…' => text.push_str("&hellip;"),
            c => text.push(c),
        }
    }
    text
}

/// As Jira writes it. Only code, links, images and lines survive; other markup is dropped and
/// its text kept.
pub(super) fn jira(source: &str) -> String {
    let mut text = String::new();
    let mut around: Vec<Around> = Vec::new();
    for event in TextMergeStream::new(Parser::new_ext(source, Options::empty())) {
        match event {
            Event::Start(tag) => around.push(match tag {
                Tag::Link { dest_url, .. } => Around::Link(dest_url.into_string()),
                Tag::Image { dest_url, .. } => Around::Image(dest_url.into_string()),
                Tag::CodeBlock(CodeBlockKind::Fenced(_) | CodeBlockKind::Indented) => Around::Code,
                _ => Around::Other,
            }),
            Event::End(_) => leave(around.pop(), around.last(), &mut text),
            Event::Code(code) => text.extend(["{code}", &*code, "{code}"]),
            Event::Text(part) => match around.last() {
                Some(Around::Link(_)) => {
                    text.push('[');
                    text.push_str(&part);
                }
                Some(Around::Image(_)) => text.push_str("\n\n"),
                Some(Around::Code) => text.push_str(&part),
                _ => text.push_str(&rules(&part)),
            },
            Event::SoftBreak | Event::HardBreak => text.push('\n'),
            _ => {}
        }
    }
    text
}

enum Around {
    Link(String),
    Image(String),
    Code,
    Other,
}

fn leave(left: Option<Around>, outside: Option<&Around>, text: &mut String) {
    match left {
        Some(Around::Link(target)) => {
            text.push('|');
            text.push_str(&target);
            text.push(']');
        }
        Some(Around::Image(source)) => {
            if matches!(outside, Some(Around::Link(_))) {
                text.push('[');
            }
            text.push('!');
            text.push_str(&source);
            text.push('!');
        }
        _ => {}
    }
}

/// `- - -` inside of a text is a line too, and `%%%` around it is dropped: monitoring services
/// send their messages so.
fn rules(part: &str) -> String {
    let mut text = String::new();
    let mut rest = part;
    while let Some((before, after)) = rule(rest) {
        text.push_str(before);
        text.push_str("\n----\n");
        rest = after;
    }
    text.push_str(rest);
    let text = text.strip_prefix("%%% ").unwrap_or(&text);
    text.strip_suffix(" %%%").unwrap_or(text).to_owned()
}

/// What stands before and behind the first three dashes that stand alone.
fn rule(text: &str) -> Option<(&str, &str)> {
    for (at, _) in text.match_indices('-') {
        let before = text[..at].trim_end();
        if before.len() == at && at > 0 {
            continue;
        }
        let mut rest = &text[at + 1..];
        let mut dashes = 1;
        while dashes < 3
            && let Some(next) = rest.trim_start().strip_prefix('-')
        {
            rest = next;
            dashes += 1;
        }
        let after = rest.trim_start();
        if dashes == 3 && (after.len() < rest.len() || rest.is_empty()) {
            return Some((before, after));
        }
    }
    None
}
