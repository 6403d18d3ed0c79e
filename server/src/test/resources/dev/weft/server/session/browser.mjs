// Stands for the browser: runs the quickstart's JavaScript. Usage: node browser.mjs <scenario> <origin> <session>
// Prints one line of JSON for each thing seen.

import { mount } from 'react';

const [, , scenario, origin, session] = process.argv;
const network = globalThis.fetch;
globalThis.fetch = (path, options) => network(new URL(path, origin), options);

const say = (what) => console.log(JSON.stringify(what));
const until = async (condition) => {
  while (!condition()) await new Promise((resume) => setTimeout(resume, 5));
};

if (scenario === 'component') {
  const { SessionEvents } = await import('./component.mjs');
  const view = mount(SessionEvents, { sessionId: session });
  say({ loading: view.result.loading });
  await until(() => !view.result.loading);
  say({ loaded: view.result.events });
  const count = view.result.events.length;
  await until(() => view.result.events.length > count);
  say({ polled: view.result.events, lastTimestamp: view.result.lastTimestamp });
  view.unmount();
} else if (scenario === 'log') {
  const { EventLog } = await import('./log.mjs');
  const view = mount(EventLog, { sessionId: session });
  await view.result.fetchFilteredEvents();
  await until(() => view.result.events.length > 0);
  say({ all: view.result.events });
  await view.result.fetchFilteredEvents('workflow_error');
  await until(() => view.result.events.every((event) => event.event_type === 'workflow_error'));
  say({ errors: view.result.events });
} else {
  const { updateProgressBar, checkForErrors } = await import('./cases.mjs');
  globalThis.progressBar = {};
  await updateProgressBar(session);
  say({ progressBar });
  const toasts = [];
  globalThis.showToast = (toast) => toasts.push(toast);
  await checkForErrors(session, '2026-01-13T14:30:00Z');
  say({ toasts });
}
process.exit(0);
