//! The bar at the top: examples, the cluster, the theme, help.

use super::{Send, on};
use crate::app::icons::{Icon, icon, logo};
use crate::app::page::{Menu, Msg};
use crate::examples::{self, Example};
use yew::prelude::*;

/// Sizes of clusters that the menu offers.
const CLUSTERS: [(u32, &str); 6] = [
    (1, "everything in one place"),
    (3, "the default"),
    (10, "a small company"),
    (100, "a large one"),
    (1000, "a provider"),
    (5000, "Kubernetes' own limit"),
];

#[derive(Properties, PartialEq)]
pub struct TopProps {
    pub menu: Option<Menu>,
    pub dark: bool,
    pub nodes: u32,
    pub send: Send,
}

#[component]
pub fn Top(props: &TopProps) -> Html {
    let send = &props.send;
    let theme = if props.dark { "Light theme" } else { "Dark theme" };
    let nodes = if props.nodes == 1 { "1 node".to_owned() } else { format!("{} nodes", props.nodes) };
    html! {
        <header class="top">
            <span class="brand">{ logo() }<h1>{ "Podium" }</h1></span>
            <nav class="menus" aria-label="Menus">
                { menu(props, Menu::Examples, "Examples".to_owned(), examples_list(send)) }
                { menu(props, Menu::Cluster, format!("Cluster: {nodes}"), clusters_list(props)) }
            </nav>
            <span class="tools">
                <button type="button" class="tool" title={theme} aria-label={theme} onclick={on(send, || Msg::Theme)}>
                    { icon(Icon::Theme) }
                </button>
                <span class="has-menu">
                    <button type="button" class="tool" id={Menu::Help.button()} title="Keys" aria-label="Keys and help"
                        aria-expanded={(props.menu == Some(Menu::Help)).to_string()} onclick={on(send, || Msg::Help)}>
                        { icon(Icon::Help) }
                    </button>
                </span>
            </span>
        </header>
    }
}

fn menu(props: &TopProps, which: Menu, name: String, list: Html) -> Html {
    let open = props.menu == Some(which);
    html! {
        <div class="has-menu">
            <button type="button" class="menu-button" id={which.button()} aria-expanded={open.to_string()}
                onclick={on(&props.send, move || Msg::Menu(which))}>
                { name }{ icon(Icon::Down) }
            </button>
            if open { <div class="menu">{ list }</div> }
        </div>
    }
}

fn examples_list(send: &Send) -> Html {
    let mut groups: Vec<(&str, Vec<&'static Example>)> = Vec::new();
    for example in examples::ALL {
        match groups.last_mut().filter(|(g, _)| *g == example.group) {
            Some((_, list)) => list.push(example),
            None => groups.push((example.group, vec![example])),
        }
    }
    let one = |example: &'static Example| {
        html! {
            <li><button type="button" class="menu-item" data-example={example.name}
                onclick={on(send, move || Msg::Open(example))}>
                <b>{ example.title }</b><span>{ example.about }</span>
            </button></li>
        }
    };
    let group = |(name, list): (&'static str, Vec<&'static Example>)| {
        html! { <section><h2>{ name }</h2><ul>{ for list.into_iter().map(one) }</ul></section> }
    };
    html! {
        <>
            <div class="menu-groups">{ for groups.into_iter().map(group) }</div>
            <p class="menu-note">{ "An example opens in a fresh cluster. Your text stays in the editor's undo." }</p>
        </>
    }
}

fn clusters_list(props: &TopProps) -> Html {
    let one = |(nodes, about): (u32, &'static str)| {
        let name = if nodes == 1 { "1 node".to_owned() } else { format!("{nodes} nodes") };
        let chosen = props.nodes == nodes;
        html! {
            <li><button type="button" class={classes!("menu-item", chosen.then_some("chosen"))} data-nodes={nodes.to_string()}
                onclick={on(&props.send, move || Msg::Fresh(nodes))}>
                <b>{ name }</b><span>{ about }</span>
            </button></li>
        }
    };
    html! {
        <>
            <ul class="narrow">{ for CLUSTERS.into_iter().map(one) }</ul>
            <p class="menu-note">{ "Starts a fresh cluster: 4 CPU, 8 GiB and 110 pods a node. Your manifest stays." }</p>
        </>
    }
}
