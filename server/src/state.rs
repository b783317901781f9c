//! What every route can reach.

use std::sync::Arc;

use axum::extract::FromRef;
use leptos::config::LeptosOptions;
use service::{Clock, Service};

use crate::assets::Site;
use crate::cidr::Cidr;
use crate::public_url::PublicUrl;
use crate::standing::Lookout;
use crate::stop::Stop;

/// The state of the router; cheap to clone.
#[derive(Clone, FromRef)]
pub struct AppState {
    /// The use cases.
    pub service: Service,
    /// Tells when sessions end.
    pub clock: Clock,
    /// What the page renderer wants to know; it serves no files, so nothing in it names a folder.
    pub leptos_options: LeptosOptions,
    /// The scripts, styles and pictures.
    pub site: Site,
    /// How people reach the server.
    pub doors: Arc<Doors>,
    /// Ends the answers that are kept open.
    pub stop: Stop,
    /// Ends those whose session has ended.
    pub(crate) lookout: Lookout,
}

impl AppState {
    /// The state around a service.
    pub fn new(service: Service, clock: Clock, site: Site, doors: Doors, stop: Stop) -> Self {
        let leptos_options = LeptosOptions::builder().output_name("relay").build();
        Self {
            service,
            clock,
            leptos_options,
            site,
            doors: Arc::new(doors),
            stop,
            lookout: Lookout::default(),
        }
    }
}

/// How people reach the server.
#[derive(Debug, Clone, Default)]
pub struct Doors {
    /// The address people use, when it is not the one listened on.
    pub public_url: Option<PublicUrl>,
    /// Whether only this machine can connect.
    pub loopback_only: bool,
    /// Whether the listener itself speaks TLS.
    pub tls: bool,
    /// Proxies that are believed when they say for whom they ask.
    pub trusted_proxies: Vec<Cidr>,
}

impl Doors {
    /// Whether people reach the server over TLS.
    pub fn https(&self) -> bool {
        self.tls || self.public_url.as_ref().is_some_and(PublicUrl::is_https)
    }

    /// The scheme the listener speaks.
    pub fn scheme(&self) -> &'static str {
        if self.tls { "https" } else { "http" }
    }

    /// Where people reach the server, for a link: the public address, else the one the request was
    /// made to.
    pub fn origin(&self, authority: &str) -> String {
        self.public_url.as_ref().map_or_else(
            || format!("{}://{authority}", self.scheme()),
            |url| url.origin().to_owned(),
        )
    }
}
