//! Steps that run what is fetched from an address.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use model::{RunState, StepState};
use store::both;
use store::testing::TestDatabase;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

use crate::help::House;

const SCRIPT: &str =
    "#!/usr/bin/env perl\nprint \"fetched, as $ENV{RELAY_STEP}, with $ENV{WHO}\\n\";\n";

/// A server on this machine that answers everything with a script; its address, and how often it
/// was asked.
async fn server() -> (String, Arc<AtomicUsize>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = format!("http://{}/script", listener.local_addr().unwrap());
    let asked = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&asked);
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            count.fetch_add(1, Ordering::SeqCst);
            let mut request = Vec::new();
            while !request.ends_with(b"\r\n\r\n") {
                request.push(stream.read_u8().await.unwrap());
            }
            let answer = format!(
                "HTTP/1.1 200 OK\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{SCRIPT}",
                SCRIPT.len()
            );
            stream.write_all(answer.as_bytes()).await.unwrap();
        }
    });
    (address, asked)
}

both! {
    async fn a_step_runs_its_input_file_where_private_addresses_are_allowed(database: TestDatabase) {
        let house = House::new(database).await;
        let (address, asked) = server().await;
        let text = format!(
            "steps:\n\
             - {{name: fetches, image: x, env: {{WHO: arguments}}, inputFile: \"{address}\"}}\n\
             - {{name: after, image: x, dependsOn: fetches, input: [echo after]}}\n"
        );
        let workflow = house.workflow(&text).await;

        // Usually they are not, and then nobody is even asked.
        let engine = house.engine().await;
        let run = house.run(&workflow, "{}").await;
        assert_eq!(house.finished(&run).await.state, RunState::Failed);
        let step = house.step(&run, "fetches").await;
        assert_eq!(step.state, StepState::Failed);
        assert_eq!(
            step.message,
            "The step's inputFile could not be fetched: 127.0.0.1 is not an address on the \
             internet, and this server fetches nothing from private networks."
        );
        assert_eq!(house.step(&run, "after").await.state, StepState::Skipped);
        assert_eq!(house.attempts(&run).await.len(), 1, "trying again would not help");
        assert_eq!(house.log(&run, "fetches").await, "");
        assert_eq!(asked.load(Ordering::SeqCst), 0);
        engine.stop().await;

        let mut settings = house.settings();
        settings.allow_private_input_files = true;
        let engine = house.engine_with(house.store.clone(), settings).await;
        let run = house.run(&workflow, "{}").await;
        let finished = house.finished(&run).await;
        let message = house.step(&run, "fetches").await.message;
        assert_eq!(finished.state, RunState::Succeeded, "{message}");
        assert_eq!(house.log(&run, "fetches").await, "fetched, as fetches, with arguments\n");
        assert_eq!(house.log(&run, "after").await, "after\n");
        assert_eq!(asked.load(Ordering::SeqCst), 1);
        engine.stop().await;
    }
}
