//! The way of a request, hop by hop, as the stage shows it and as a sentence tells it.

use crate::api::{Span, Text, Time, Uid};
use crate::sim::workload::Answer;
use std::rc::Rc;

/// Where a packet is.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub enum Place {
    /// In a pod.
    Pod(Uid),
    /// At the cluster's DNS server.
    Dns,
    /// At the virtual address, the node port or the load balancer of a service.
    Service(Uid),
    /// At a node's own address.
    Node(Text),
    /// At the API server.
    ApiServer,
    /// Outside the cluster, at that name or address; empty: the person at the screen.
    Outside(Text),
    /// Nowhere: no machine has that address.
    Nowhere,
}

/// One leg of the way.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct Hop {
    /// Where it ends.
    pub to: Place,
    /// What happened there, in a sentence.
    pub note: Text,
}

/// How a request ended.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Outcome {
    /// It was answered.
    Answered,
    /// Somebody said no.
    Refused,
    /// Nobody said anything.
    Lost,
}

/// The whole way of a request. The last hop says why it ended as it did.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct Trace {
    /// Where it came from.
    pub from: Place,
    /// Its legs, in order.
    pub hops: Vec<Hop>,
    /// How it ended.
    pub outcome: Outcome,
    /// What the client was told.
    pub answer: Answer,
    /// From the question to the answer.
    pub took: Span,
}

/// Something on its way over the network, or that was on its way lately.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct Flight {
    /// When it left.
    pub sent: Time,
    /// Its whole way, known from the start: so it moves under any seek.
    pub trace: Rc<Trace>,
}
