//! Probes in one line. Models DescribeProbe.

use super::page::{joined, number, text};
use crate::api::Value;

/// `http-get http://:80/ delay=0s timeout=1s period=10s #success=1 #failure=3`.
pub(super) fn line(probe: &Value) -> String {
    let n = |name: &str| number(probe.get(name));
    let times = format!(
        "delay={}s timeout={}s period={}s #success={} #failure={}",
        n("initialDelaySeconds"),
        n("timeoutSeconds"),
        n("periodSeconds"),
        n("successThreshold"),
        n("failureThreshold")
    );
    let (exec, http) = (probe.get("exec"), probe.get("httpGet"));
    let (tcp, grpc) = (probe.get("tcpSocket"), probe.get("grpc"));
    if !exec.is_null() {
        return format!("exec [{}] {times}", joined(exec.get("command").items(), " "));
    }
    if !http.is_null() {
        let scheme = text(http.get("scheme")).to_ascii_lowercase();
        let (host, port, path) = (text(http.get("host")), text(http.get("port")), text(http.get("path")));
        let slash = if path.is_empty() || path.starts_with('/') { "" } else { "/" };
        return format!("http-get {scheme}://{host}:{port}{slash}{path} {times}");
    }
    if !tcp.is_null() {
        return format!("tcp-socket {}:{} {times}", text(tcp.get("host")), text(tcp.get("port")));
    }
    if !grpc.is_null() {
        return format!("grpc <pod>:{} {} {times}", number(grpc.get("port")), text(grpc.get("service")));
    }
    format!("unknown {times}")
}
