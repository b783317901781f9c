//! The database refuses for a while, and nothing is lost or done twice.

use engine::StartError;
use model::RunState;
use store::both;
use store::testing::TestDatabase;

use crate::help::House;
use crate::meeting::COME;

both! {
    async fn two_engines_share_the_steps_or_the_second_one_refuses(database: TestDatabase) {
        let house = House::new(database).await;
        let first = house.engine().await;
        let store = house.database.open().await.unwrap();
        let second = house.try_engine(store.clone()).await;
        if house.database.is_sqlite() {
            assert!(matches!(
                second.err(),
                Some(StartError::Store(store::Error::AnotherEngine))
            ));
            first.stop().await;
            return;
        }
        let second = second.unwrap();
        // More than one engine has room for, and all at one time.
        let steps: Vec<_> = (0..8)
            .map(|number| format!("- {{name: s{number}, image: x, input: [{COME}, hear]}}"))
            .collect();
        let run = house.run_of(&format!("steps:\n{}\n", steps.join("\n"))).await;
        let mut guests = Vec::new();
        for _ in 0..8 {
            guests.push(house.meeting.guest().await);
        }
        for guest in &mut guests {
            let doors = [first.door(&guest.token), second.door(&guest.token)];
            assert_eq!(doors.iter().flatten().count(), 1, "one engine knows the token");
            guest.tell("go").await;
        }
        assert_eq!(house.finished(&run).await.state, RunState::Succeeded);
        assert_eq!(house.attempts(&run).await.len(), 8);
        second.stop().await;
        first.stop().await;
        store.close().await;
    }

    async fn an_outcome_waits_for_the_database(database: TestDatabase) {
        let house = House::new(database).await;
        let engine = house.engine().await;
        let text = format!(
            "steps:\n\
             - {{name: first, image: x, input: [{COME}, hear]}}\n\
             - {{name: second, image: x, dependsOn: first, input: [{COME}]}}\n"
        );
        let run = house.run_of(&text).await;
        let mut guest = house.meeting.guest().await;
        let (refuse, allow) = if house.database.is_sqlite() {
            (
                "create trigger full before update on attempts begin select raise(abort, 'full'); end",
                "drop trigger full",
            )
        } else {
            (
                "create function no_outcome() returns trigger language plpgsql as \
                 $$ begin raise exception 'full'; end $$; \
                 create trigger no_outcome before update on attempts for each row \
                 execute function no_outcome()",
                "drop trigger no_outcome on attempts",
            )
        };
        house.database.execute(refuse).await.unwrap();
        guest.tell("go").await;
        guest.gone().await;
        // Another run goes on meanwhile as far as it can be written down.
        let other = house.run_of("steps: [{name: ask, type: approval}]\n").await;
        house.run_when(&other, |row| row.state == RunState::WaitingForApproval).await;
        assert_eq!(house.step(&run, "first").await.attempts, 1);
        house.database.execute(allow).await.unwrap();
        assert_eq!(house.meeting.guest().await.step, "second");
        assert_eq!(house.finished(&run).await.state, RunState::Succeeded);
        for step in house.steps(&run).await {
            assert_eq!(step.attempts, 1);
        }
        engine.stop().await;
    }
}
