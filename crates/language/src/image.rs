//! References to container images: `registry.example:5000/team/tool:1.2@sha256:…`.

/// What is wrong with a reference, as the end of a sentence.
pub(crate) fn check(reference: &str) -> Result<(), &'static str> {
    if reference.contains(char::is_whitespace) {
        return Err("has a blank in it");
    }
    if reference.contains("${") {
        return Err("is a template, but images are not evaluated");
    }
    let (named, digest) = match reference.split_once('@') {
        Some((named, digest)) => (named, Some(digest)),
        None => (reference, None),
    };
    if digest.is_some_and(|digest| !is_digest(digest)) {
        return Err("has something behind `@` that is no digest such as `sha256:…`");
    }
    let last = named.rfind('/').map_or(0, |slash| slash + 1);
    let (path, tag) = match named[last..].split_once(':') {
        Some((name, tag)) => (&named[..last + name.len()], Some(tag)),
        None => (named, None),
    };
    if tag.is_some_and(|tag| !is_tag(tag)) {
        return Err("has something behind `:` that is no tag");
    }
    let path = match path.split_once('/') {
        Some((host, path)) if is_host(host) => path,
        _ => path,
    };
    if path.bytes().any(|byte| byte.is_ascii_uppercase()) {
        return Err("has capital letters, and names of images have none");
    }
    if path.split('/').all(is_component) {
        Ok(())
    } else {
        Err("is no name of an image such as `relaysh/core:latest`")
    }
}

/// Whether the first part names a registry and not a folder of the default one.
fn is_host(host: &str) -> bool {
    let (name, port) = host.split_once(':').unwrap_or((host, "0"));
    (host.contains(['.', ':']) || host == "localhost")
        && !name.is_empty()
        && name
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b".-".contains(&byte))
        && !port.is_empty()
        && port.bytes().all(|byte| byte.is_ascii_digit())
}

fn is_component(part: &str) -> bool {
    let alphanumeric = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
    let bytes = part.as_bytes();
    let ends = |byte: Option<&u8>| byte.is_some_and(|byte| alphanumeric(*byte));
    ends(bytes.first())
        && ends(bytes.last())
        && bytes
            .iter()
            .all(|byte| alphanumeric(*byte) || b"._-".contains(byte))
        && !["..", "___", "._", "_.", "-.", ".-", "-_", "_-"]
            .iter()
            .any(|pair| part.contains(pair))
}

fn is_tag(tag: &str) -> bool {
    let word = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
    (1..=128).contains(&tag.len())
        && tag.bytes().next().is_some_and(word)
        && tag.bytes().all(|byte| word(byte) || b".-".contains(&byte))
}

fn is_digest(digest: &str) -> bool {
    digest.split_once(':').is_some_and(|(algorithm, hash)| {
        !algorithm.is_empty()
            && algorithm.bytes().all(|byte| byte.is_ascii_alphanumeric())
            && hash.len() >= 32
            && hash.bytes().all(|byte| byte.is_ascii_hexdigit())
    })
}

#[cfg(test)]
mod tests {
    use super::check;

    #[test]
    fn names_of_images() {
        for image in [
            "i",
            "alpine:latest",
            "relaysh/aws-ec2-step-instances-describe",
            "relaysh/core:latest-python",
            "gcr.io/nebula-235818/step_x.y",
            "localhost/a",
            "registry.example:5000/Team".to_lowercase().as_str(),
            "Registry.Example:5000/a/b--c:V1.2",
            "a__b/c",
            "alpine@sha256:e7d88de73db3d3fd9b2d63aa7f447a10fd0220b7cbf39803c803f2af9ba256b3",
        ] {
            assert_eq!(check(image), Ok(()), "{image}");
        }
        for (image, problem) in [
            ("relaysh/core\t", "blank"),
            ("a b", "blank"),
            ("${parameters.image}", "template"),
            ("Relaysh/core", "capital"),
            ("relaysh/Core:latest", "capital"),
            ("a:", "no tag"),
            ("a:-b", "no tag"),
            ("a@sha256:12", "no digest"),
            ("a//b", "no name"),
            ("/a", "no name"),
            ("-a", "no name"),
            ("a..b", "no name"),
            ("https://example.com/a", "no name"),
            ("é", "no name"),
        ] {
            let found = check(image).expect_err(image);
            assert!(found.contains(problem), "{image}: {found}");
        }
    }
}
