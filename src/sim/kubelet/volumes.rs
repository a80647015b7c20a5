//! Volumes: what a container finds below its mount paths, and what it leaves there for others.
//!
//! Models pkg/kubelet/volumemanager and pkg/volume/{configmap,secret,projected,downwardapi,emptydir,hostpath}.

use super::{CellState, Stage, Sync};
use crate::api::{Container, Kind, Pod, Span, Text, Uid, Value, VolumeMount, make_mut};
use crate::sim::network;
use crate::sim::plan::Action;
use crate::sim::record::Change;
use crate::sim::workload::{Files, Process};
use crate::sim::world::World;
use crate::sim::{EventType, Store, Verb};
use std::rc::Rc;

/// The waits after a volume could not be mounted. Models pkg/util/goroutinemap/exponentialbackoff.
const FIRST_RETRY: Span = Span::millis(500);
const RETRY_MAX: Span = Span::secs(122);
/// How often what comes from ConfigMaps and Secrets is brought up to date. Models the kubelet's syncFrequency.
const REFRESHED: Span = Span::secs(60);
/// Directories that every node has.
const ON_NODES: [&str; 8] = ["/", "/etc", "/dev", "/proc", "/run", "/tmp", "/usr", "/var"];

/// Where the files of a volume are.
enum Place {
    /// In the pod, and they live as long as it.
    Pod,
    /// Outside of it, under this name.
    Outside(Text),
    /// Made of the API's objects.
    Made(Files),
}

/// The pods whose volumes show an object that was changed.
pub(in crate::sim) fn shows(store: &Store, change: &Change) -> Vec<(Uid, Span)> {
    let meta = change.new.meta();
    let (kind, name) = (change.kind(), meta.name.clone());
    let told = matches!(kind, Kind::ConfigMap | Kind::Secret) && change.verb == Verb::Modified;
    let pods = told.then(|| store.list_as::<Pod>(Some(&meta.namespace)));
    let concerned = |pod: &&Rc<Pod>| {
        let named = |v: &Value| {
            let names = [v.at("configMap.name"), v.at("secret.secretName"), v.at("secret.name")];
            names.iter().any(|n| n.as_str() == Some(name.as_str()))
        };
        pod.spec.volumes.iter().any(|v| named(v) || v.at("projected.sources").items().iter().any(named))
    };
    let pods = pods.into_iter().flatten().filter(concerned);
    pods.map(|pod| (pod.meta.uid, REFRESHED)).collect()
}

/// Where a volume is, or why it cannot be mounted.
fn place_of(world: &World, pod: &Pod, volume: &Value) -> Result<Place, String> {
    for source in ["configMap", "secret", "downwardAPI", "projected"] {
        if !volume.get(source).is_null() {
            let mut files = Files::default();
            project(world, pod, source, volume.get(source), &mut files)?;
            return Ok(Place::Made(files));
        }
    }
    let claim = volume.at("persistentVolumeClaim.claimName");
    if let Some(name) = claim.as_str() {
        let found = world.store.lookup(Kind::PersistentVolumeClaim, &pod.meta.namespace, name);
        let bound = found.and_then(|c| c.body().at("spec.volumeName").as_str().map(str::to_owned));
        let found = bound.ok_or_else(String::new)?;
        return Ok(Place::Outside(format!("pv/{found}").into()));
    }
    let host = volume.get("hostPath");
    if let Some(path) = host.get("path").as_str() {
        if let "/etc/machine-id" | "/etc/hostname" = path {
            // A file of the node's own: the volume is that file.
            let mut file = Files::default();
            file.write("", format!("{}\n", pod.node).into());
            return Ok(Place::Made(file));
        }
        let key = Text::from(format!("{}:{}", pod.node, path.trim_end_matches('/')));
        let kind = host.get("type").as_str().unwrap_or("");
        let known = ON_NODES.contains(&path) || ON_NODES[1..].iter().any(|d| path.starts_with(d));
        if matches!(kind, "Directory" | "File") && !known && world.disks.get(&key).is_none() {
            return Err(format!("hostPath type check failed: {path} is not a {}", kind.to_ascii_lowercase()));
        }
        return Ok(Place::Outside(key));
    }
    Ok(Place::Pod)
}

/// Puts what one source shows into a volume.
fn project(world: &World, pod: &Pod, kind: &str, source: &Value, files: &mut Files) -> Result<(), String> {
    let put = |files: &mut Files, path: &str, content: Text| {
        files.write(&format!("/{path}"), content);
    };
    match kind {
        "projected" => {
            for part in source.get("sources").items() {
                for (kind, source) in part.fields() {
                    project(world, pod, kind, source, files)?;
                }
            }
        }
        "downwardAPI" => {
            for item in source.get("items").items() {
                let path = item.get("path").as_str().unwrap_or("");
                put(files, path, network::downward(world, pod, item).into());
            }
        }
        "serviceAccountToken" => {
            let path = source.get("path").as_str().unwrap_or("token");
            put(files, path, format!("token of {}", pod.meta.uid).into());
        }
        "configMap" | "secret" => {
            let (kind, word) = match kind {
                "secret" => (Kind::Secret, "secret"),
                _ => (Kind::ConfigMap, "configmap"),
            };
            let name = source.get("secretName").as_str().or(source.get("name").as_str()).unwrap_or("");
            let optional = source.get("optional").as_bool() == Some(true);
            let Some(object) = world.store.lookup(kind, &pod.meta.namespace, name) else {
                return if optional { Ok(()) } else { Err(format!("{word} \"{name}\" not found")) };
            };
            let entries = network::entries(object);
            let items = source.get("items").items();
            for (key, content) in entries.iter().filter(|_| items.is_empty()) {
                put(files, key, content.clone());
            }
            for item in items {
                let part = |name: &str| item.get(name).as_str().unwrap_or("");
                match entries.iter().find(|(key, _)| **key == *part("key")) {
                    Some((_, content)) => put(files, part("path"), content.clone()),
                    None if optional => {}
                    None => {
                        let key = part("key");
                        return Err(match kind {
                            Kind::Secret => format!("references non-existent secret key: {key}"),
                            _ => format!("configmap references non-existent config key: {key}"),
                        });
                    }
                }
            }
        }
        _ => {}
    }
    Ok(())
}

impl Sync<'_> {
    /// Can every volume be mounted? If not, it is said, and tried again later.
    pub(super) fn mount_volumes(&mut self) -> bool {
        let spec = Rc::clone(&self.pod.spec);
        let mut well = true;
        for volume in &spec.volumes {
            let Err(why) = place_of(self.world, &self.pod, volume) else { continue };
            well = false;
            if !why.is_empty() {
                let name = volume.get("name").as_str().unwrap_or("");
                let said = format!("MountVolume.SetUp failed for volume \"{name}\" : {why}");
                self.plan.say_of(self.pod.meta.uid, EventType::Warning, "FailedMount", said, "");
            }
        }
        if !well {
            let wait = FIRST_RETRY * (1 << self.runtime.failed_mounts.min(10));
            self.runtime.failed_mounts += 1;
            self.runtime.due = Some(self.now + wait.min(RETRY_MAX));
        }
        well
    }
    fn volume(&self, name: &str) -> Option<&Value> {
        self.pod.spec.volumes.iter().find(|v| v.get("name").as_str() == Some(name))
    }
    /// What a volume holds now.
    fn content(&self, name: &str) -> Option<Files> {
        match place_of(self.world, &self.pod, self.volume(name)?).ok()? {
            Place::Made(files) => Some(files),
            Place::Pod => {
                let disks = self.runtime.disks.as_ref()?;
                disks.iter().find(|(n, _)| *n == *name).map(|(_, f)| f.clone())
            }
            Place::Outside(key) => {
                // What was written in this very look is not in the world yet.
                let kept = self.plan.actions.iter().rev().find_map(|a| match a {
                    Action::Keep(k, files) if *k == key => Some(files),
                    _ => None,
                });
                kept.or(self.world.disks.get(&key)).cloned()
            }
        }
    }
    /// Gives a new process its volumes.
    pub(super) fn mount_into(&mut self, i: usize, process: &mut Process) {
        let spec = Rc::clone(&self.pod.spec);
        let container = spec.container(i);
        if container.volume_mounts.is_empty() {
            return;
        }
        let mut files = process.files().clone();
        for mount in &container.volume_mounts {
            let volume = self.content(&mount.name).unwrap_or_default();
            let from = sub_path(mount);
            match volume.read(&from) {
                Some(content) => {
                    files.write(&mount.mount_path, content.clone());
                }
                None => {
                    files.mount(&mount.mount_path, &volume, &from);
                    files.write(&format!("{}/", mount.mount_path.trim_end_matches('/')), Text::default());
                }
            }
        }
        process.set_files(files);
    }
    /// Before a process goes on, it sees what others have written outside the pod, and now and then what has changed in
    /// the API's objects.
    pub(super) fn refresh_volumes(&mut self, i: usize, process: &mut Rc<Process>) {
        let container = self.pod.spec.container(i);
        if container.volume_mounts.is_empty() {
            return;
        }
        let mut files = process.files().clone();
        let before = files.clone();
        for mount in container.volume_mounts.iter().filter(|m| m.sub_path.is_empty()) {
            let Some(volume) = self.volume(&mount.name) else { continue };
            match place_of(self.world, &self.pod, volume) {
                Ok(Place::Outside(_)) => {
                    files.mount(&mount.mount_path, &self.content(&mount.name).unwrap_or_default(), "");
                }
                Ok(Place::Made(made)) if self.now.0 / REFRESHED.0 != process.now().0 / REFRESHED.0 => {
                    files.mount(&mount.mount_path, &made, "");
                }
                _ => {}
            }
        }
        if files != before {
            make_mut(process).set_files(files);
        }
    }
    /// Brings what comes from the API's objects up to date in containers that wait.
    pub(super) fn refresh_waiting(&mut self) {
        if self.runtime.stage != Stage::Running || self.pod.spec.volumes.is_empty() {
            return;
        }
        for i in 0..self.runtime.cells.len() {
            if let CellState::Alive(process, _, None) = &self.runtime.cells[i].state {
                let mut process = Rc::clone(process);
                self.refresh_volumes(i, &mut process);
                if let CellState::Alive(old, ..) = &mut self.runtime.cells[i].state {
                    *old = process;
                }
            }
        }
    }

    /// What a container has written to its volumes is there for the others, and for later.
    pub(super) fn share_files(&mut self, i: usize) {
        let spec = Rc::clone(&self.pod.spec);
        for mount in spec.container(i).volume_mounts.iter().filter(|m| !m.read_only) {
            let CellState::Alive(process, ..) = &self.runtime.cells[i].state else { return };
            let written = process.files().clone();
            let Some(volume) = self.volume(&mount.name) else { continue };
            let place = match place_of(self.world, &self.pod, volume) {
                Ok(Place::Made(_)) | Err(_) => continue,
                Ok(place) => place,
            };
            let before = self.content(&mount.name).unwrap_or_default();
            let mut after = before.clone();
            after.mount(&sub_path(mount), &written, &mount.mount_path);
            if after == before {
                continue;
            }
            match place {
                Place::Outside(key) => self.plan.actions.push(Action::Keep(key, after.clone())),
                _ => {
                    let disks = make_mut(self.runtime.disks.get_or_insert_default());
                    disks.retain(|(n, _)| *n != mount.name);
                    disks.push((mount.name.clone(), after.clone()));
                }
            }
            self.tell_others(i, &mount.name, &after);
        }
    }
    fn tell_others(&mut self, writer: usize, volume: &Text, content: &Files) {
        let spec = Rc::clone(&self.pod.spec);
        for (j, container) in spec.all_containers().enumerate().filter(|(j, _)| *j != writer) {
            let CellState::Alive(process, ..) = &mut self.runtime.cells[j].state else { continue };
            for mount in mounts_of(container, volume) {
                let mut files = process.files().clone();
                files.mount(&mount.mount_path, content, &sub_path(mount));
                make_mut(process).set_files(files);
            }
        }
    }
}

fn mounts_of<'a>(container: &'a Container, volume: &'a Text) -> impl Iterator<Item = &'a VolumeMount> {
    container.volume_mounts.iter().filter(move |m| m.name == *volume)
}

/// The part of a volume that is mounted, as a path within it.
fn sub_path(mount: &VolumeMount) -> String {
    match mount.sub_path.trim_matches('/') {
        "" => String::new(),
        path => format!("/{path}"),
    }
}
