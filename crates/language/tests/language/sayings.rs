//! What an author is told about a mistake in an expression.

use serde_json::json;

use super::evaluation::{Known, evaluate};

fn said(template: &str) -> String {
    let env = Known::new(json!({"parameters": {"list": [1], "map": {"a": 1}, "text": "x"}}));
    let tree = json!({"env": {"URL": template}});
    match evaluate(&tree, &env) {
        Ok(_) => panic!("this is no mistake: {template}"),
        Err(error) => error.to_string(),
    }
}

#[test]
fn sentences_name_the_place_and_a_way_out() {
    for (template, expected) in [
        (
            "${parameters.map.b}",
            "at `env.URL`: in `${…}`: `parameters.map.b`: there is no such key",
        ),
        (
            "${parameters.list[3]}",
            "at `env.URL`: in `${…}`: `parameters.list.3`: the list has 1 item, which is not \
             enough",
        ),
        (
            "${upper(parameters.text)}",
            "at `env.URL`: in `${…}`: there is no function `upper`",
        ),
        (
            "${equals(1)}",
            "at `env.URL`: in `${…}`: in the call of `equals`: it takes 2 arguments, but one is \
             given",
        ),
        (
            "echo ${HOME:-x}",
            "at `env.URL`: the expression cannot be read at `:-x}` (character 12): this cannot \
             stand here",
        ),
    ] {
        assert_eq!(said(template), expected);
    }
}
