//! When schedules fire, compared with looking at every minute.

use jiff::civil::Weekday;
use jiff::tz::TimeZone;
use language::Schedule;
use model::Timestamp;
use proptest::prelude::*;

fn read(text: &str) -> Schedule {
    Schedule::read(text).unwrap_or_else(|wrong| panic!("{text}: {wrong}"))
}

/// Five fields as lists of numbers; none is a star.
type Lists = [Option<Vec<u8>>; 5];

fn written(lists: &Lists) -> String {
    let field = |list: &Option<Vec<u8>>| match list {
        None => "*".to_owned(),
        Some(list) => {
            let numbers: Vec<_> = list.iter().map(u8::to_string).collect();
            numbers.join(",")
        }
    };
    lists.iter().map(field).collect::<Vec<_>>().join(" ")
}

fn fits(lists: &Lists, second: i64, zone: &TimeZone) -> bool {
    let at = jiff::Timestamp::from_second(second).unwrap_or_default();
    let now = at.to_zoned(zone.clone());
    let weekday = now.weekday().since(Weekday::Sunday);
    let among = |list: &Option<Vec<u8>>, number: i8| {
        list.as_ref()
            .is_none_or(|list| list.iter().any(|one| i16::from(*one) == i16::from(number)))
    };
    let [minutes, hours, days, months, weekdays] = lists;
    let (dated, on_a_weekday) = (among(days, now.day()), among(weekdays, weekday));
    let day = if days.is_none() || weekdays.is_none() {
        dated && on_a_weekday
    } else {
        dated || on_a_weekday
    };
    now.second() == 0
        && among(minutes, now.minute())
        && among(hours, now.hour())
        && day
        && among(months, now.month())
}

fn list(least: u8, most: u8) -> impl Strategy<Value = Option<Vec<u8>>> {
    prop_oneof![
        Just(None),
        prop::collection::vec(least..=most, 1..4).prop_map(Some),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn the_next_time_is_the_first_that_fits(
        minutes in list(0, 59),
        hours in list(0, 23),
        days in list(1, 31),
        months in list(1, 12),
        weekdays in list(0, 6),
        from in 0_i64..4_000_000_000,
    ) {
        let lists = [minutes, hours, days, months, weekdays];
        let text = written(&lists);
        let next = read(&text).next(Timestamp(from * 1000));
        let next = next.map_or(i64::MAX, |next| next.0 / 1000);
        if next < i64::MAX {
            prop_assert!(fits(&lists, next, &TimeZone::UTC), "{} gives {}", text, next);
        }
        // Three days, minute by minute.
        let first = (from / 60 + 1) * 60;
        let until = next.min(first + 3 * 86_400);
        let missed = (first..until).step_by(60).find(|at| fits(&lists, *at, &TimeZone::UTC));
        prop_assert_eq!(missed, None, "{} from {}", text, from);
    }

    #[test]
    fn times_go_ahead_in_every_zone_and_fit(
        zone in 0_usize..598,
        hour in 0_u8..24,
        minute in prop_oneof![Just(None), Just(Some(vec![0])), Just(Some(vec![15, 45]))],
        day in prop_oneof![Just(None), list(1, 31)],
        from in 900_000_000_i64..2_500_000_000,
    ) {
        let database = jiff::tz::TimeZoneDatabase::bundled();
        let name = database.available().nth(zone).map(|name| name.to_string()).unwrap_or_default();
        let zone = database.get(&name).unwrap_or(TimeZone::UTC);
        let lists = [minute, Some(vec![hour]), day, None, None];
        let schedule = read(&format!("TZ={name} {}", written(&lists)));
        let mut after = Timestamp(from * 1000);
        for _ in 0..20 {
            let Some(next) = schedule.next(after) else { break };
            prop_assert!(next > after);
            prop_assert!(fits(&lists, next.0 / 1000, &zone), "{} {}: {}", name, written(&lists), next);
            after = next;
        }
    }

    #[test]
    fn any_text_has_an_answer(text in "(TZ=|CRON_TZ=|UTC|@every |@daily|[ */,0-9a-zµ.?+-]){0,12}", from in any::<i64>()) {
        if let Ok(schedule) = Schedule::read(&text) {
            let next = schedule.next(Timestamp(from));
            prop_assert!(next.is_none_or(|next| next.0 > from || next.0 / 1000 > from / 1000));
        }
    }
}

#[test]
fn a_day_that_never_came() {
    // Samoa went from the 29th to the 31st of December 2011.
    let schedule = read("TZ=Pacific/Apia 0 0 30 12 *");
    let after = Timestamp(1_325_100_000_000);
    assert_eq!(
        schedule.next(after).map(|next| next.to_string()).as_deref(),
        Some("2012-12-29T10:00:00Z")
    );
}
