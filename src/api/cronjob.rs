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
pub type CronJob = Declared<CronJobSpec, CronJobStatus>;

impl Status for CronJobStatus {
    fn to_value(&self, meta: &Meta) -> Value {
        let namespace = &meta.namespace;
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
        let active: Vec<Value> = self.active.iter().map(reference).collect();
        record! {
            "active" => (!active.is_empty()).then_some(active),
            "lastScheduleTime" => self.last_schedule,
            "lastSuccessfulTime" => self.last_successful,
        }
    }
}
