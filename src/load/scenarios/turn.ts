let turn = 0;
let isArmed = false;

/**
 * Number of the event loop's turn that is under way: the same for a callback and all that follows it without waiting.
 * It tells a function that went on at once, and was late because its worker was busy, from one that waited for a timer
 * or a file of its own.
 */
export function thisTurn(): number {
  if (!isArmed) {
    isArmed = true;
    // Node runs ticks that a microtask has asked for when no microtask is left.
    queueMicrotask(endAfterMicrotasks);
  }
  return turn;
}

function endAfterMicrotasks(): void {
  process.nextTick(end);
}

function end(): void {
  turn += 1;
  isArmed = false;
}
