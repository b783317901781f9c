//! Logs: everything, in order, up to the limit, and nobody waits for somebody else's.

use model::RunState;
use store::both;
use store::testing::TestDatabase;

use crate::help::House;

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
