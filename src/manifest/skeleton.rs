//! Whole manifests to begin with: one for each kind that learners write most.

use crate::api::Kind;

/// What stands below `apiVersion` and `kind`.
const ROWS: &[(Kind, &str)] = &[
    (Kind::Pod, "metadata:\n  name: my-pod\nspec:\n  containers:\n  - name: main\n    image: nginx\n"),
    (
        Kind::Job,
        "metadata:\n  name: my-job\nspec:\n  backoffLimit: 4\n  template:\n    spec:\n      restartPolicy: Never\n      containers:\n      \
         - name: main\n        image: busybox\n        command: [\"sh\", \"-c\", \"echo working; sleep 10\"]\n",
    ),
    (
        Kind::CronJob,
        "metadata:\n  name: my-cronjob\nspec:\n  schedule: \"*/2 * * * *\"\n  jobTemplate:\n    spec:\n      template:\n        spec:\n          \
         restartPolicy: Never\n          containers:\n          - name: main\n            image: busybox\n            command: \
         [\"sh\", \"-c\", \"date; sleep 10\"]\n",
    ),
    (
        Kind::Deployment,
        "metadata:\n  name: my-deployment\nspec:\n  replicas: 3\n  selector:\n    matchLabels:\n      app: web\n  template:\n    metadata:\n      \
         labels:\n        app: web\n    spec:\n      containers:\n      - name: main\n        image: nginx\n        ports:\n        - \
         containerPort: 80\n",
    ),
    (
        Kind::StatefulSet,
        "metadata:\n  name: my-statefulset\nspec:\n  serviceName: my-statefulset\n  replicas: 3\n  selector:\n    matchLabels:\n      app: db\n  \
         template:\n    metadata:\n      labels:\n        app: db\n    spec:\n      containers:\n      - name: main\n        image: redis\n",
    ),
    (
        Kind::DaemonSet,
        "metadata:\n  name: my-daemonset\nspec:\n  selector:\n    matchLabels:\n      app: agent\n  template:\n    metadata:\n      labels:\n        \
         app: agent\n    spec:\n      containers:\n      - name: main\n        image: busybox\n        command: [\"sleep\", \"infinity\"]\n",
    ),
    (
        Kind::Service,
        "metadata:\n  name: my-service\nspec:\n  selector:\n    app: web\n  ports:\n  - port: 80\n    targetPort: 80\n",
    ),
    (Kind::ConfigMap, "metadata:\n  name: my-config\ndata:\n  key: value\n"),
    (Kind::Secret, "metadata:\n  name: my-secret\nstringData:\n  password: secret\n"),
    (Kind::Namespace, "metadata:\n  name: my-namespace\n"),
    (
        Kind::PersistentVolumeClaim,
        "metadata:\n  name: my-claim\nspec:\n  accessModes: [ReadWriteOnce]\n  resources:\n    requests:\n      storage: 1Gi\n",
    ),
    (
        Kind::NetworkPolicy,
        "metadata:\n  name: my-policy\nspec:\n  podSelector:\n    matchLabels:\n      app: web\n  policyTypes: [Ingress]\n  ingress:\n  - from:\n    \
         - podSelector:\n        matchLabels:\n          role: client\n    ports:\n    - port: 80\n",
    ),
    (
        Kind::HorizontalPodAutoscaler,
        "metadata:\n  name: my-autoscaler\nspec:\n  scaleTargetRef:\n    apiVersion: apps/v1\n    kind: Deployment\n    name: my-deployment\n  \
         minReplicas: 1\n  maxReplicas: 5\n  metrics:\n  - type: Resource\n    resource:\n      name: cpu\n      target:\n        type: Utilization\n        \
         averageUtilization: 50\n",
    ),
    (
        Kind::PodDisruptionBudget,
        "metadata:\n  name: my-budget\nspec:\n  minAvailable: 1\n  selector:\n    matchLabels:\n      app: web\n",
    ),
];

/// What a whole object of a kind has besides `apiVersion` and `kind`.
pub(super) fn body(kind: Kind) -> Option<&'static str> {
    ROWS.iter().find(|(k, _)| *k == kind).map(|(_, body)| *body)
}

/// A whole manifest of each kind.
pub(super) fn all() -> impl Iterator<Item = (Kind, String)> {
    ROWS.iter().map(|(kind, body)| {
        let info = kind.info();
        (*kind, format!("apiVersion: {}\nkind: {}\n{body}", info.api_version(), info.name))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_skeleton_is_taken_as_it_is() {
        for (kind, text) in all() {
            let parsed = crate::manifest::parse(&text);
            assert!(
                parsed.diagnostics.iter().all(|d| d.severity == crate::manifest::Severity::Information),
                "{:?}",
                parsed.diagnostics
            );
            assert_eq!(parsed.documents[0].kind, Some(kind));
            assert_eq!(crate::manifest::format(&text), Ok(Vec::new()), "{text}");
        }
    }
}
