//! Logs: everything, in order, up to the limit, and nobody waits for somebody else's.

use model::{RunState, StepState};
use store::testing::TestDatabase;
use store::{Change, both};

use crate::help::{House, entry, eventually};
use crate::meeting::COME;

const KIB: u64 = 1024;

both! {
    async fn a_log_has_both_streams_in_the_order_of_printing(database: TestDatabase) {
        let house = House::new(database).await;
        let engine = house.engine().await;
        let run = house
            .run_of(
                "steps: [{name: talk, image: x, input: \
                 ['for i in 1 2 3 4 5; do echo out $i; echo err $i >&2; done; printf end']}]\n",
            )
            .await;
        house.finished(&run).await;
        let log = house.log(&run, "talk").await;
        let mut expected: Vec<_> = (1..=5).flat_map(|i| [format!("out {i}"), format!("err {i}")]).collect();
        expected.push("end".to_owned());
        assert_eq!(log, expected.join("\n"));
        engine.stop().await;
    }

    async fn a_log_is_whole_when_its_step_has_ended(database: TestDatabase) {
        let house = House::new(database).await;
        let engine = house.engine().await;
        let run = house
            .run_of("steps: [{name: count, image: x, input: [seq 1 200000]}]\n")
            .await;
        house.finished(&run).await;
        let log = house.log(&run, "count").await;
        assert_eq!(log.lines().count(), 200_000);
        for (line, number) in log.lines().zip(1_u32..) {
            assert_eq!(line.parse(), Ok(number));
        }
        engine.stop().await;
    }

    async fn nothing_is_lost_when_a_step_prints_faster_than_it_is_read(database: TestDatabase) {
        let house = House::new(database).await;
        let mut settings = house.settings();
        settings.limits.print_burst = KIB;
        settings.limits.print_rate = 2 * KIB * KIB;
        let engine = house.engine_with(house.store.clone(), settings).await;
        let run = house
            .run_of("steps: [{name: count, image: x, input: [seq 1 200000; seq 200001 300000 >&2]}]\n")
            .await;
        assert_eq!(house.finished(&run).await.state, RunState::Succeeded);
        let log = house.log(&run, "count").await;
        assert_eq!(log.lines().count(), 300_000);
        for (line, number) in log.lines().zip(1_u32..) {
            assert_eq!(line.parse(), Ok(number));
        }
        engine.stop().await;
    }

    async fn a_step_that_prints_too_fast_waits_and_can_be_stopped(database: TestDatabase) {
        let house = House::new(database).await;
        let mut settings = house.settings();
        // After the burst the next piece would be read tomorrow.
        settings.limits.print_burst = 64 * KIB;
        settings.limits.print_rate = 1;
        let engine = house.engine_with(house.store.clone(), settings).await;
        let run = house
            .run_of(
                "steps:\n\
                 - {name: loud, image: x, input: [yes]}\n\
                 - {name: quiet, image: x, input: [echo hello]}\n",
            )
            .await;
        let printed = async |least: u64| {
            eventually("the log of a step", async || {
                let loud = house.attempts(&run).await.into_iter().find(|one| one.position == 0)?;
                let length = store::logs::length(house.store.logs(), &loud.id).await.unwrap();
                (length >= least).then_some(length)
            })
            .await
        };
        printed(64 * KIB).await;
        // The others go on meanwhile.
        eventually("the other step", async || {
            let states = house.states(&run).await;
            (states["quiet"] == StepState::Succeeded).then_some(())
        })
        .await;
        let mut tx = house.store.begin().await.unwrap();
        assert!(store::runs::request_stop(&mut tx, &run, &entry("run.stop")).await.unwrap());
        tx.commit().await.unwrap();
        house.store.announce(Change::Run(run.clone()));
        assert_eq!(house.finished(&run).await.state, RunState::Cancelled);
        // The burst, a read that went beyond it, and what was left in the pipe.
        let all = printed(64 * KIB).await;
        assert!(all <= 256 * KIB, "{all}");
        assert_eq!(house.log(&run, "quiet").await, "hello\n");
        engine.stop().await;
    }

    async fn what_an_ended_step_has_left_is_read_at_once(database: TestDatabase) {
        let house = House::new(database).await;
        let mut settings = house.settings();
        settings.limits.print_burst = 0;
        settings.limits.print_rate = 1;
        let engine = house.engine_with(house.store.clone(), settings).await;
        let text = format!(
            "steps: [{{name: talk, image: x, input: [{COME}, 'echo first', hear, 'echo last']}}]\n"
        );
        let run = house.run_of(&text).await;
        let mut guest = house.meeting.guest().await;
        eventually("the first line", async || (house.log(&run, "talk").await == "first\n").then_some(())).await;
        guest.tell("go").await;
        assert_eq!(house.finished(&run).await.state, RunState::Succeeded);
        assert_eq!(house.log(&run, "talk").await, "first\nlast\n");
        engine.stop().await;
    }

    async fn a_step_ends_after_its_log(database: TestDatabase) {
        let house = House::new(database).await;
        let engine = house.engine().await;
        if !house.database.is_sqlite() {
            // The log takes longer than everything else.
            let slow = "create function slow() returns trigger language plpgsql as \
                        $$ begin perform pg_sleep(0.5); return new; end $$; \
                        create trigger slow before insert on log_chunks for each row \
                        execute function slow()";
            house.database.execute(slow).await.unwrap();
        }
        let run = house.run_of("steps: [{name: talk, image: x, input: [echo hello]}]\n").await;
        house.finished(&run).await;
        assert_eq!(house.log(&run, "talk").await, "hello\n");
        engine.stop().await;
    }

    async fn what_goes_beyond_the_limit_is_left_out_with_a_word(database: TestDatabase) {
        let house = House::new(database).await;
        let mut settings = house.settings();
        settings.limits.log = 64 * 1024;
        let engine = house.engine_with(house.store.clone(), settings).await;
        let run = house
            .run_of(
                "steps:\n\
                 - {name: loud, image: x, input: ['yes 0123456789 | head -c 20000000']}\n\
                 - {name: quiet, image: x, input: [echo hello]}\n",
            )
            .await;
        assert_eq!(house.finished(&run).await.state, RunState::Succeeded);
        let log = house.log(&run, "loud").await;
        let (kept, word) = log.split_at(64 * 1024);
        assert!(kept.starts_with("0123456789\n0123456789\n"));
        assert!(word.ends_with(
            "\n[Relay keeps 64 KiB of a log. What this attempt printed after this line was not kept.]\n"
        ));
        assert_eq!(house.log(&run, "quiet").await, "hello\n");
        engine.stop().await;
    }
}
