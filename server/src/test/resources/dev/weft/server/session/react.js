// As much of React as the quickstart's components need: state, effects, and rendering again after a change.

let current = null;

export function mount(component, props) {
  const instance = { cells: [], cursor: 0, pending: [], isScheduled: false, result: null };
  instance.render = () => {
    instance.isScheduled = false;
    instance.cursor = 0;
    instance.pending = [];
    current = instance;
    instance.result = component(props);
    current = null;
    instance.pending.forEach((run) => run());
  };
  instance.unmount = () => instance.cells.forEach((cell) => cell?.cleanup?.());
  instance.render();
  return instance;
}

export function useState(initial) {
  const instance = current;
  const index = instance.cursor++;
  if (!(index in instance.cells)) instance.cells[index] = { value: initial };
  const set = (value) => {
    const cell = instance.cells[index];
    const next = typeof value === 'function' ? value(cell.value) : value;
    if (Object.is(next, cell.value)) return;
    cell.value = next;
    if (!instance.isScheduled) {
      instance.isScheduled = true;
      queueMicrotask(instance.render);
    }
  };
  return [instance.cells[index].value, set];
}

export function useEffect(effect, deps) {
  const instance = current;
  const index = instance.cursor++;
  const before = instance.cells[index];
  if (before && deps.every((dep, i) => Object.is(dep, before.deps[i]))) return;
  instance.pending.push(() => {
    before?.cleanup?.();
    instance.cells[index] = { deps, cleanup: effect() };
  });
}
