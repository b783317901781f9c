//! Every request of steps, at the door that is theirs.

use std::fmt::Write as _;

use server::metadata::requests;
use store::testing::TestDatabase;

use super::routes::routes;
use super::{From, Scene};
use crate::harness::routes_of;
use crate::held::{HEADERS, LASTING, Reply, ask};
use crate::house::House;

/// Every request there is: method, path, the same with names of what is there for the held step, and
/// the status of the answer to it.
const REQUESTS: [(&str, &str, &str, u16); 9] = [
    ("GET", "/healthz", "/healthz", 200),
    ("GET", "/spec", "/spec", 200),
    ("GET", "/environment", "/environment", 200),
    ("GET", "/environment/{name}", "/environment/PLAIN", 200),
    ("GET", "/conditions", "/conditions", 200),
    ("PUT", "/outputs/{name}", "/outputs/mine", 201),
    (
        "GET",
        "/outputs/{step}/{name}",
        "/outputs/producer/thing",
        200,
    ),
    ("GET", "/secrets/{name}", "/secrets/token", 200),
    (
        "GET",
        "/connections/{type}/{name}",
        "/connections/aws/an%20account",
        200,
    ),
];

const METHODS: [&str; 7] = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"];

/// What a request shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Shows {
    Nothing,
    /// A token that nobody was ever given.
    Invented,
    /// The token of an attempt that has ended.
    Ended,
    /// An administrator's session, in its cookie.
    Session,
    /// The same as if it were a token.
    SessionAsToken,
    /// The token of the step under way.
    Alive,
}

impl Shows {
    const ALL: [Self; 6] = [
        Self::Nothing,
        Self::Invented,
        Self::Ended,
        Self::Session,
        Self::SessionAsToken,
        Self::Alive,
    ];

    fn header(self, scene: &Scene) -> String {
        let bearer = |token: &str| format!("Authorization: Bearer {token}\r\n");
        let ana = &scene.house.ana;
        match self {
            Self::Nothing => String::new(),
            Self::Invented => bearer(&"ab".repeat(scene.held.token.len() / 2)),
            Self::Ended => bearer(&scene.ended),
            Self::Session => format!("Cookie: {}\r\n", ana.cookie.as_ref().unwrap()),
            Self::SessionAsToken => bearer(ana.session_id()),
            Self::Alive => bearer(&scene.held.token),
        }
    }
}

/// Asks as whoever shows that, from there.
async fn ask_showing(scene: &Scene, shows: Shows, from: From, request: &str) -> Reply {
    let api = scene.house.metadata;
    let mut headers = shows.header(scene);
    if let Some((name, value)) = from.header(&api.to_string()) {
        write!(headers, "{name}: {value}\r\n").unwrap();
    }
    let reply = ask(api, request, &headers, b"").await;
    for header in HEADERS {
        let head = &reply.head;
        assert!(
            head.contains(header),
            "{request} {shows:?} {from:?}: {head}"
        );
    }
    for never in [LASTING, "set-cookie"] {
        assert!(!reply.head.contains(never), "{request} {shows:?}: {never}");
    }
    reply
}

store::both! {
    async fn every_request_of_steps_is_listed(database: TestDatabase) {
        let there: Vec<_> = requests().map(|(method, path)| (method.as_str(), path)).collect();
        let listed = REQUESTS.map(|(method, path, ..)| (method, path));
        assert_eq!(there, listed, "say who is answered, and what");
        // And there is no way past them.
        let house = House::on(&database).await;
        assert_eq!(routes_of(&house.api()), [""; 0]);
        house.stop().await;
    }

    async fn every_request_of_steps_for_everybody_from_everywhere(database: TestDatabase) {
        let scene = Scene::on(&database).await;
        let mut cells = 0;
        for (right, _, path, status) in REQUESTS {
            for shows in Shows::ALL {
                for (method, from) in METHODS.iter().flat_map(|method| From::ALL.map(|from| (*method, from))) {
                    let reply = ask_showing(&scene, shows, from, &format!("{method} {path}")).await;
                    let expected = match (shows, path) {
                        _ if method != right => 405,
                        (Shows::Alive, _) | (_, "/healthz") => status,
                        _ => 401,
                    };
                    let cell = format!("{method} {path} {shows:?} {from:?}");
                    assert_eq!(reply.status, expected, "{cell}: {reply:?}");
                    // Whoever is refused learns nothing, not even why.
                    match expected {
                        401 => assert_eq!(reply.body, "401 unauthorized\n", "{cell}"),
                        405 => assert_eq!(reply.body, "", "{cell}"),
                        _ => {}
                    }
                    cells += 1;
                }
            }
        }
        assert!(cells > 1_500, "{cells}");
        scene.end().await;
    }

    async fn no_page_is_at_the_door_of_steps(database: TestDatabase) {
        let scene = Scene::on(&database).await;
        // What has the form of something here is answered as that, above.
        let other = |route: &&str| *route != "/healthz" && !route.starts_with("/connections/{id}/");
        let routes = routes().map(|(route, _)| route).filter(other);
        let files = scene.house.app.site.addresses();
        let functions = ["/fn/log_in", "/fn/new_connection"];
        for path in routes.chain(files).chain(functions) {
            for shows in [Shows::Nothing, Shows::Session, Shows::Alive] {
                for method in ["GET", "POST"] {
                    let path = crate::pages::address(path).replace("{*name}", "log_in");
                    let reply = ask_showing(&scene, shows, From::Own, &format!("{method} {path}")).await;
                    let told = (reply.status, reply.body.as_str());
                    assert_eq!(told, (404, "404 page not found\n"), "{method} {path} {shows:?}");
                }
            }
        }
        scene.end().await;
    }
}
