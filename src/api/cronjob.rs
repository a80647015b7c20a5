//! CronJobs.

use super::*;
use crate::{reads, record, words};
use std::rc::Rc;

words! {
    /// What happens when a run is due while another is active.
    pub enum ConcurrencyPolicy { Allow = "Allow", Forbid = "Forbid", Replace = "Replace", }
}
reads! {
    /// A template that Jobs are made from.
    pub struct JobTemplate {
        /// Their labels and annotations.
        pub metadata: TemplateMeta = "metadata",
        /// Their spec.
        pub spec: Rc<Spec<JobSpec>> = "spec",
    }
}
reads! {
    /// `CronJobSpec`, as far as it is read.
    pub struct CronJobSpec {
        /// When it runs: minute, hour, day of month, month, day of week.
        pub schedule: Text = "schedule",
        /// The time zone in which the schedule is meant.
        pub time_zone: Option<Text> = "timeZone",
        /// How late a run may still start, in seconds.
        pub starting_deadline_seconds: Option<i64> = "startingDeadlineSeconds",
        /// What happens when a run is due while another is active.
        pub concurrency_policy: ConcurrencyPolicy = "concurrencyPolicy",
        /// Is it held back?
        pub suspend: bool = "suspend",
        /// How many completed Jobs are kept.
        pub successful_jobs_history_limit: Option<i32> = "successfulJobsHistoryLimit",
        /// How many failed Jobs are kept.
        pub failed_jobs_history_limit: Option<i32> = "failedJobsHistoryLimit",
        /// What its Jobs look like.
        pub job_template: JobTemplate = "jobTemplate",
    }
}

impl CronJobSpec {
    /// The zone whose clocks the schedule means; none is UTC.
    pub fn zone(&self) -> Option<Zone> {
        self.time_zone.as_ref().and_then(|name| Zone::find(name))
    }
    /// When it runs, or what is wrong with its schedule. Models pkg/controller/cronjob/cronjob_controllerv2.go:
    /// formatSchedule: a zone in the schedule itself wins.
    pub fn parsed(&self) -> Result<Schedule, String> {
        let schedule = Schedule::parse(&self.schedule)?;
        Ok(if self.schedule.contains("TZ") { schedule } else { schedule.in_zone(self.zone()) })
    }
}

/// `CronJobStatus`.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Default)]
pub struct CronJobStatus {
    /// Jobs that have not finished: name, identity, and the revision at which each was made.
    pub active: Rc<Vec<(Text, Uid, u64)>>,
    /// The time of the last run that was started.
    pub last_schedule: Option<Time>,
    /// When a Job last completed.
    pub last_successful: Option<Time>,
}

/// A CronJob.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct CronJob {
    /// Its metadata.
    pub meta: Meta,
    /// What it should be.
    pub spec: Rc<Spec<CronJobSpec>>,
    /// What it is.
    pub status: CronJobStatus,
}

impl CronJob {
    /// What a manifest may say beside its metadata.
    pub fn body_shape() -> Shape {
        Shape::Struct(&[Field {
            name: "spec",
            shape: CronJobSpec::shape,
            doc: "What the CronJob should do.",
        }])
    }
}

impl Resource for CronJob {
    fn meta(&self) -> &Meta {
        &self.meta
    }
    fn meta_mut(&mut self) -> &mut Meta {
        &mut self.meta
    }
    fn read(meta: Meta, value: &Value) -> Self {
        let spec = Rc::new(Spec::new(value.get("spec").clone()));
        CronJob { meta, spec, status: CronJobStatus::default() }
    }
    fn keep_status(&mut self, old: &Self) {
        self.status = old.status.clone();
    }
    fn same_spec(&self, other: &Self) -> bool {
        Rc::ptr_eq(&self.spec, &other.spec) || self.spec == other.spec
    }
    fn body(&self) -> Value {
        let namespace = &self.meta.namespace;
        let reference = |(name, uid, revision): &(Text, Uid, u64)| {
            record! {
                "apiVersion" => "batch/v1",
                "kind" => "Job",
                "name" => name.clone(),
                "namespace" => namespace.clone(),
                "resourceVersion" => revision.to_string(),
                "uid" => uid.to_string(),
            }
        };
        let active: Vec<Value> = self.status.active.iter().map(reference).collect();
        record! {
            "spec" => self.spec.raw().clone(),
            "status" => record! {
                "active" => (!active.is_empty()).then_some(active),
                "lastScheduleTime" => self.status.last_schedule,
                "lastSuccessfulTime" => self.status.last_successful,
            },
        }
    }
}
