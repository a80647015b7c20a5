//! What applying a text would change, before it is applied.

use podium::kubectl::{self, Context, What};
use podium::sim::{Config, Timeline};

/// What Apply would change is told document by document, each in the world that those before it would have made.
#[test]
fn what_apply_would_change_is_told() {
    let mut timeline = Timeline::new(Config::default());
    let (context, file) = (Context::default(), "a.yaml");
    let config = |name: &str, namespace: &str, value: &str| {
        format!(
            "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: {name}\n  namespace: {namespace}\ndata:\n  a: {value}\n  b: x\n---\n"
        )
    };
    let space = "apiVersion: v1\nkind: Namespace\nmetadata:\n  name: shop\n---\n";
    let first = config("one", "default", "x") + &config("two", "default", "x");
    assert!(kubectl::apply_text(&mut timeline, &context, file, &first).iter().all(|a| a.taken));
    let broken = "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: Bad\n---\napiVersion: v1\nkind: Nope\n";
    let then = config("one", "default", "z")
        + &config("two", "default", "x")
        + space
        + &config("three", "shop", "x")
        + broken;
    let hash = timeline.world().hash();
    let all = kubectl::changes(&timeline, &context, file, &then);
    let names: Vec<&str> = all.iter().map(|c| c.name.as_str()).collect();
    assert_eq!(
        names,
        ["configmap/one", "configmap/two", "namespace/shop", "configmap/three", "configmap/Bad", "line 38"]
    );
    let line = |sign, text: &str| (sign, text.to_owned());
    let lines = vec![
        line(' ', "apiVersion: v1"),
        line(' ', "data:"),
        line('-', "  a: x"),
        line('+', "  a: z"),
        line(' ', "  b: x"),
        line(' ', "kind: ConfigMap"),
        line(' ', "metadata:"),
    ];
    assert_eq!(all[0].what, What::Changed(lines));
    assert_eq!((&all[1].what, &all[2].what, &all[3].what), (&What::Unchanged, &What::New, &What::New));
    assert!(matches!(&all[4].what, What::Refused(why) if why.contains("\"Bad\" is invalid")), "{:?}", all[4]);
    assert!(
        matches!(&all[5].what, What::Refused(why) if why.contains("no matches for kind \"Nope\"")),
        "{:?}",
        all[5]
    );
    assert_eq!(timeline.world().hash(), hash, "nothing was changed");
}
