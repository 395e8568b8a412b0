import { mount } from 'svelte';
import { createApp } from './app.svelte.js';
import App from './App.svelte';
import { fetchWhenIdle } from './features/window/later-screens.js';
import './styles/tokens.css';
import './styles/base.css';

const app = createApp(globalThis.slipway, window);
mount(App, { target: document.body, props: { app } });
window.addEventListener('pagehide', () => app.dispose(), { once: true });
fetchWhenIdle(window);
