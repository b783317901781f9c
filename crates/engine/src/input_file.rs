//! `inputFile`: the script of a step fetched from the internet.
//!
//! Whoever writes a workflow names the address, and Relay fetches it from where it stands. So that
//! it cannot be used to look into the network around it, a name is resolved once, its addresses
//! are checked, and the connection goes to one of those and nowhere else. Every redirect is checked
//! in the same way.

mod address;
mod fetch;

/// Fetches the script at this address; the error is a sentence for the person who wrote the
/// workflow. `allow_private`: addresses of the private network are allowed.
pub async fn fetch_input_file(url: &str, allow_private: bool) -> Result<String, String> {
    let url = url.to_owned();
    tokio::task::spawn_blocking(move || fetch::fetch(&url, allow_private))
        .await
        .unwrap_or_else(|_| Err("fetching it failed; the log of Relay says why".to_owned()))
}
