//! The style sheet: `style/main.css` with everything it imports, as one small `relay.css`.

use crate::failure::{Failure, Result, While};
use crate::files;
use crate::shell::say;
use crate::stamp::{Stamp, unless_made};
use lightningcss::bundler::{Bundler, FileProvider};
use lightningcss::stylesheet::{MinifyOptions, ParserOptions, PrinterOptions};
use lightningcss::targets::{Browsers, Targets};
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
        .doing(|| "bundling style/main.css")?;
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
