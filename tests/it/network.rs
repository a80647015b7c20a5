//! Names, services and ways: each case sends one request and reads the whole way that it took.

use podium::api::{Kind, Span};
use podium::examples;
use podium::manifest::parse;
use podium::sim::{Config, Request, Sandbox, Timeline};

fn cluster(manifests: &[&str]) -> Timeline {
    let mut timeline = Timeline::new(Config::default());
    for text in manifests {
        for document in parse(text).documents {
            timeline.call(Request::Create(document.value)).expect("the manifest is taken");
        }
    }
    let after = timeline.start() + Span::secs(8);
    timeline.seek(after);
    timeline
}

/// Sends a request and compares what is said of it, a part a line.
fn check(timeline: &Timeline, from: &str, url: &str, parts: &[&str]) {
    let said = timeline.clone().interfere(Sandbox::Send(from.to_owned().into(), url.to_owned().into()));
    let said = said.unwrap_or_else(|error| error);
    let lines: Vec<&str> = said.lines().collect();
    assert_eq!(lines.len(), parts.len(), "{from} {url}: {said}");
    for (line, part) in lines.iter().zip(parts) {
        assert!(line.contains(part), "{from} {url}: {line:?} has no {part:?}");
    }
}

fn example(name: &str) -> &'static str {
    examples::find(name).expect("in the menu").manifest
}

#[test]
fn a_cluster_ip_is_reached_from_pods_alone() {
    let t = cluster(&[example("clusterip-with-pods")]);
    let dns = "DNS: my-clusterip-service.default.svc.cluster.local is 10.96.";
    let chosen = "my-clusterip-service chooses 10.244.";
    let url = "http://my-clusterip-service";
    check(&t, "my-app-1", url, &[dns, chosen, "answers on port 80", "HTTP 200: <!DOCTYPE html>"]);
    check(&t, "my-app-1", "my-clusterip-service.default.svc", &[dns, chosen, "answers", "HTTP 200"]);
    check(&t, "my-app-1", "tcp://my-clusterip-service:81", &[dns, "has no port 81, only 80", "no answer"]);
    check(&t, "", url, &["nobody outside can look it up", "the name cannot be resolved"]);
    check(&t, "my-app-1", "http://my-clusterip", &["no such name as my-clusterip", "cannot be resolved"]);
    check(&t, "my-app-2", "http://localhost", &["my-app-2 answers", "HTTP 200"]);
    check(&t, "my-app-2", "http://localhost:8080", &["nothing in it listens on port 8080", "refused"]);
    check(
        &t,
        "my-app-2",
        "https://kubernetes",
        &["kubernetes.default.svc", "chooses 192.0.2.10:6443", "API", "403"],
    );
    check(&t, "nobody", url, &["there is no pod nobody"]);
}

#[test]
fn node_ports_need_endpoints() {
    let t = cluster(&[example("nodeport")]);
    let none = "it has no endpoints: no pod has the labels app=my-app";
    let url = "http://node-2:30001";
    check(&t, "outside", url, &["belongs to Service my-nodeport-service", none, "refused"]);
    check(&t, "outside", "http://node-2:31000", &["no service has the node port 31000", "refused"]);
    let t = cluster(&[example("no-selector")]);
    check(&t, "", url, &["belongs to Service lost-service", "it has no selector", "refused"]);
    let t = cluster(&[example("two-node-ports")]);
    let url = "http://node-3:30002";
    check(&t, "outside", url, &["node port 30002 of node-3", "chooses 10.244.", "answers", "HTTP 200"]);
}

#[test]
fn an_external_name_is_an_alias() {
    let t = cluster(&[example("externalname"), example("my-app-pods")]);
    let name =
        t.world().store.list(Kind::Service, Some("default")).last().expect("applied").meta().name.clone();
    let alias = "is an alias (CNAME) of external.example.com, 198.51.100.";
    check(&t, "my-app-1", &format!("dns://{name}"), &[alias]);
    check(&t, "", &format!("dns://{name}"), &[alias]);
    let url = format!("http://{name}");
    check(&t, "my-app-1", &url, &[alias, "external.example.com is outside the cluster", "HTTP 200"]);
}

#[test]
fn load_balancers_answer_outside_once_they_have_an_address() {
    let t = cluster(&[example("loadbalancer"), example("my-app-pods")]);
    let service = t.world().store.lookup(Kind::Service, "default", "my-loadbalancer-service").expect("there");
    let ip =
        service.body().at("status.loadBalancer.ingress").items()[0].get("ip").as_str().map(str::to_owned);
    let url = format!("http://{}", ip.expect("the cloud has given one"));
    check(&t, "", &url, &["chooses 10.244.", "answers on port 80", "HTTP 200"]);
}

#[test]
fn a_pod_sees_services_in_its_environment_and_in_its_answers() {
    let text = "
apiVersion: v1
kind: Pod
metadata: {name: asks, labels: {tier: front}}
spec:
  restartPolicy: Never
  containers:
  - name: main
    image: busybox
    env:
    - {name: TIER, valueFrom: {fieldRef: {fieldPath: \"metadata.labels['tier']\"}}}
    - {name: GREETING, value: hello $(TIER)}
    command: [sh, -c, 'echo $GREETING $MY_CLUSTERIP_SERVICE_SERVICE_PORT; wget -qO- my-clusterip-service | head -n 1; nslookup nothing-here || echo none']
";
    let mut t = cluster(&[example("clusterip-with-pods")]);
    t.call(Request::Create(parse(text).documents[0].value.clone())).expect("taken");
    let later = t.world().now() + Span::secs(8);
    t.seek(later);
    let uid = t.world().store.lookup(Kind::Pod, "default", "asks").expect("there").meta().uid;
    let log: Vec<String> =
        t.world().runtime(uid).expect("ran").cells[0].log.iter().map(|l| l.1.to_string()).collect();
    assert_eq!(log[..2], ["hello front 80", "<!DOCTYPE html>"], "{log:?}");
    assert_eq!(log.last().map(String::as_str), Some("none"), "{log:?}");
    assert_eq!(t.world().flights.len(), 2, "a request and a look-up");
}
