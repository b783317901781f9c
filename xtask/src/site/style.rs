//! The style sheet: `style/main.css` with everything it imports, as one small `relay.css`.

use crate::failure::{Failure, Result, While};
use crate::files;
use crate::shell::say;
use crate::stamp::{Stamp, unless_made};
use lightningcss::bundler::{Bundler, FileProvider};
use lightningcss::error::Error;
use lightningcss::stylesheet::{MinifyOptions, ParserOptions, PrinterOptions};
use lightningcss::targets::{Browsers, Targets};
use std::fmt::Display;
use std::path::{Path, PathBuf};

// The oldest browsers that know nesting, layers, `light-dark()` and `:has()`: nothing the style sheets use is
// rewritten for them. A version is major << 16 | minor << 8.
const BROWSERS: Browsers = Browsers {
    chrome: Some(123 << 16),
    edge: Some(123 << 16),
    firefox: Some(128 << 16),
    safari: Some(17 << 16 | 5 << 8),
    ios_saf: Some(17 << 16 | 5 << 8),
    android: None,
    ie: None,
    opera: None,
    samsung: None,
};

pub(super) fn build() -> Result<PathBuf> {
    let sources = files::root().join("style");
    let part = files::work().join("style");
    let stamp = Stamp::of_recipe()?.folder(&sources)?;
    unless_made(&part, stamp, || {
        say("bundling the style sheets");
        files::write(&part.join("relay.css"), bundle(&sources.join("main.css"))?)
    })?;
    Ok(part)
}

fn bundle(main: &Path) -> Result<String> {
    let targets = Targets::from(BROWSERS);
    let provider = FileProvider::new();
    let mut sheet = Bundler::new(&provider, None, ParserOptions::default())
        .bundle(main)
        .map_err(|error| described(&error))?;
    sheet
        .minify(MinifyOptions {
            targets,
            ..MinifyOptions::default()
        })
        .doing(|| "minifying style/main.css")?;
    let printed = sheet
        .to_css(PrinterOptions {
            minify: true,
            targets,
            ..PrinterOptions::default()
        })
        .doing(|| "writing relay.css")?;
    if printed.code.contains("@import") {
        return Err(Failure::new(
            "style/main.css imports something that is not in style/",
        ));
    }
    Ok(printed.code)
}

/// The bundler counts lines from 0; people and their editors from 1.
fn described<T: Display>(error: &Error<T>) -> Failure {
    let place = error.loc.as_ref().map_or_else(
        || "style/main.css".to_owned(),
        |place| format!("{}:{}:{}", place.filename, place.line + 1, place.column),
    );
    Failure::new(format!("{place}: {}", error.kind))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn imports_are_bundled_and_modern_css_is_left_as_written() {
        let folder = std::env::temp_dir().join(format!("relay-style-{}", std::process::id()));
        let main = folder.join("main.css");
        let part = ".card { & .b { color: light-dark(white, black); } }";
        assert!(files::write(&main, "@import 'parts/card.css' layer(parts);").is_ok());
        assert!(files::write(&folder.join("parts/card.css"), part).is_ok());
        let css = bundle(&main).unwrap_or_else(|failure| panic!("{failure}"));
        std::fs::remove_dir_all(&folder).unwrap();
        assert_eq!(
            css,
            "@layer parts{.card{& .b{color:light-dark(#fff,#000)}}}"
        );
    }

    #[test]
    fn an_import_that_is_not_there_is_told_with_its_place() {
        let folder = std::env::temp_dir().join(format!("relay-import-{}", std::process::id()));
        let main = folder.join("main.css");
        assert!(files::write(&main, "@import 'gone.css';").is_ok());
        let outcome = bundle(&main);
        std::fs::remove_dir_all(&folder).unwrap();
        assert!(outcome.is_err_and(|failure| failure.to_string().contains("main.css:1:")));
    }
}
