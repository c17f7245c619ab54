// Makes the page live: without this file it is complete, but stands still. It asks the server for the same page again
// and puts in the parts that have changed, moves what tells the time, and adds what needs a script: copying, previews.

const SECOND = 1000;
const PREVIEW_BYTES = 4096;
const said = document.getElementById('said');
const offline = document.getElementById('offline');
const shown = new Map();
let pause = 3 * SECOND;
let timer;
let asked = null;

// The time ----------------------------------------------------------------------------------------------------------

/** As the server writes it: 45 s, 58 min, 3 h 5 min, 90 days. */
function distance(milliseconds) {
  const seconds = Math.floor(Math.abs(milliseconds) / SECOND);
  const minutes = Math.floor(seconds / 60);
  const hours = Math.floor(minutes / 60);
  const amount = hours >= 48 ? `${Math.floor(hours / 24)} days`
    : minutes >= 120 ? `${hours} h ${minutes % 60} min`
    : seconds >= 120 ? `${minutes} min` : `${seconds} s`;
  return milliseconds < 0 ? `${amount} ago` : `in ${amount}`;
}

function tick() {
  const now = Date.now();
  for (const element of document.querySelectorAll('[data-until]')) {
    const text = distance(Date.parse(element.dataset.until) - now);
    if (element.textContent !== text) {
      element.textContent = text;
    }
  }
  for (const life of document.querySelectorAll('[data-start]')) {
    const start = Date.parse(life.dataset.start);
    const share = (now - start) / (Date.parse(life.dataset.end) - start);
    life.querySelector('.elapsed').setAttribute('width', `${(100 * Math.max(0, Math.min(1, share))).toFixed(2)}%`);
  }
}

// Copying -----------------------------------------------------------------------------------------------------------

function label(element, text, name) {
  element.textContent = text;
  element.setAttribute('aria-label', `${text} ${name}`);
}

function button(text, name, action) {
  const made = document.createElement('button');
  made.type = 'button';
  label(made, text, name);
  made.addEventListener('click', () => action(made));
  return made;
}

function span(...content) {
  const made = document.createElement('span');
  made.append(...content);
  return made;
}

/** Lets a command break before its options, and not in an option's name. What is copied stays the same. */
function breakable(code) {
  const parts = code.textContent.split(/ (?=-)/).map(text => {
    const name = text.split(' ', 1)[0];
    return span(span(name), text.slice(name.length));
  });
  code.replaceChildren(...parts.flatMap((part, i) => i === 0 ? [part] : [' ', part]));
}

function copyable(code, name) {
  const copy = button('Copy', name, async made => {
    await navigator.clipboard.writeText(code.textContent);
    label(made, 'Copied', name);
    said.textContent = `Copied ${name}`;
    setTimeout(() => label(made, 'Copy', name), 2 * SECOND);
  });
  copy.className = 'copy';
  code.after(copy);
}

// Previews ----------------------------------------------------------------------------------------------------------

/** A text as text only, never as a document; an image as an image: neither can run anything. */
async function content(kind, link) {
  if (kind === 'image') {
    const image = document.createElement('img');
    image.src = link.href;
    image.alt = link.textContent;
    return image;
  }
  const answer = await fetch(link.href, { headers: { Range: `bytes=0-${PREVIEW_BYTES - 1}` } });
  if (!answer.ok) {
    throw new Error(`HTTP ${answer.status}`);
  }
  const text = document.createElement('pre');
  text.tabIndex = 0;
  text.textContent = await answer.text();
  const whole = Number(answer.headers.get('Content-Range')?.split('/')[1] ?? 0);
  if (whole > PREVIEW_BYTES) {
    text.append('\n…');
  }
  return text;
}

function previewable(item) {
  const link = item.querySelector('a');
  const show = button('Preview', link.textContent, async made => {
    const open = item.querySelector('.preview');
    made.setAttribute('aria-expanded', String(!open));
    if (open) {
      open.remove();
      return;
    }
    const place = document.createElement('div');
    place.className = 'preview';
    item.append(place);
    try {
      place.append(await content(item.dataset.preview, link));
    } catch (e) {
      place.textContent = `There is no preview (${e.message}).`;
    }
  });
  show.setAttribute('aria-expanded', 'false');
  link.after(show);
}

/** Lets a path break behind its slashes rather than within a word. */
function breakPath(code) {
  code.replaceChildren(...code.textContent.split(/(?<=\/)/).flatMap(text => [text, document.createElement('wbr')]));
}

/** Lets a code word, such as AuthorizationPermissionMismatch, break between its parts. */
function breakWords(paragraph) {
  const words = paragraph.textContent.split(/(?<=[a-z])(?=[A-Z][a-z])/);
  if (words.length > 1 && paragraph.children.length === 0) {
    paragraph.replaceChildren(...words.flatMap((word, i) => i === 0 ? [word] : [document.createElement('wbr'), word]));
  }
}

const DAY = { day: 'numeric', month: 'short', year: 'numeric', hour: '2-digit', minute: '2-digit' };
const TIME = { hour: '2-digit', minute: '2-digit', second: '2-digit' };

/** The time of the reader's clock; what the server wrote, in UTC, is said on hover. */
function localize(time) {
  const moment = new Date(time.dateTime);
  if (!Number.isNaN(moment.getTime())) {
    time.title = time.textContent.endsWith('UTC') ? time.textContent : `${time.dateTime.replace('T', ' ').replace('Z', '')} UTC`;
    const isToday = Math.abs(moment - Date.now()) < 12 * 60 * 60 * SECOND;
    time.textContent = new Intl.DateTimeFormat(undefined, isToday ? TIME : DAY).format(moment);
  }
}

function enhance(part) {
  part.querySelectorAll('time[datetime]').forEach(localize);
  part.querySelectorAll('.problem p, .lead, .why dd > span').forEach(breakWords);
  const mark = part.querySelector('.mark');
  part.querySelector('.renewed')?.style.setProperty('--at', mark?.getAttribute('x1') ?? '100%');
  part.querySelectorAll('.claims code').forEach(breakPath);
  for (const code of part.querySelectorAll('.command')) {
    breakable(code);
  }
  // Only a page from this machine or over HTTPS may write to the clipboard.
  if (navigator.clipboard) {
    for (const code of part.querySelectorAll('.command')) {
      copyable(code, 'the command');
    }
    for (const entry of part.querySelectorAll('.ids > div')) {
      copyable(entry.querySelector('code'), entry.querySelector('dt').textContent);
    }
  }
  part.querySelectorAll('[data-preview]').forEach(previewable);
}

// News --------------------------------------------------------------------------------------------------------------

/** A part as the server wrote it, without what only tells the time. */
function written(part) {
  const copy = part.cloneNode(true);
  copy.querySelectorAll('[data-moving]').forEach(element => element.remove());
  return copy.outerHTML;
}

function put(fresh, before) {
  const old = document.getElementById(fresh.id);
  const text = written(fresh);
  if (old && shown.get(fresh.id) === text) {
    return false;
  }
  shown.set(fresh.id, text);
  old?.querySelectorAll('details[open]').forEach(open => {
    fresh.querySelector(`#${open.id}`)?.setAttribute('open', '');
  });
  const focused = old?.contains(document.activeElement) ? document.activeElement.id : '';
  document.adoptNode(fresh);
  enhance(fresh);
  if (old) {
    old.replaceWith(fresh);
  } else {
    before ? before.after(fresh) : document.querySelector('main').prepend(fresh);
  }
  if (focused) {
    document.getElementById(focused)?.focus();
  }
  return true;
}

function swap(html) {
  const page = new DOMParser().parseFromString(html, 'text/html');
  const parts = [...page.querySelectorAll('[data-live]')];
  if (parts.length === 0) {
    return true; // What a restart answers.
  }
  document.querySelectorAll('[aria-busy]').forEach(element => element.removeAttribute('aria-busy'));
  let changed = false;
  for (const old of document.querySelectorAll('[data-live]')) {
    if (!parts.some(part => part.id === old.id)) {
      old.remove();
      shown.delete(old.id);
      changed = true;
    }
  }
  let before = null;
  for (const part of parts) {
    const id = part.id;
    changed = put(part, before) || changed;
    before = document.getElementById(id);
  }
  if (page.title !== document.title) {
    document.title = page.title;
    said.textContent = page.title;
  }
  return changed;
}

/** Asks often after a change, and less and less often while there is none. */
async function ask(request, options) {
  clearTimeout(timer);
  try {
    const signal = AbortSignal.timeout(30 * SECOND);
    const answer = await fetch(request, { cache: 'no-store', signal, ...options });
    if (!answer.ok) {
      throw new Error(`HTTP ${answer.status}`);
    }
    pause = swap(await answer.text()) ? 3 * SECOND : Math.min(pause * 1.3, 30 * SECOND);
    offline.hidden = true;
  } catch {
    pause = 2 * SECOND;
    offline.hidden = false;
  }
  tick();
  next();
}

/** One at a time: who wants only to see what is new is content with the answer that is on its way. */
async function refresh(request, options) {
  if (!asked || request) {
    const mine = (asked ?? Promise.resolve()).catch(() => {}).then(() => ask(request ?? location.href, options));
    asked = mine;
    await mine;
    asked = asked === mine ? null : asked;
  } else {
    await asked;
  }
}

function next() {
  clearTimeout(timer);
  if (!document.hidden) {
    timer = setTimeout(() => refresh(), pause);
  }
}

document.querySelectorAll('[data-live]').forEach(part => {
  shown.set(part.id, written(part));
  enhance(part);
});
document.addEventListener('visibilitychange', () => document.hidden ? clearTimeout(timer) : refresh());
window.addEventListener('focus', () => refresh());
document.getElementById('refresh').addEventListener('click', async event => {
  event.preventDefault();
  await refresh();
  said.textContent = 'The page is up to date';
});
/** Shows at once that something was asked for, until an answer replaces it. */
function busy(switched) {
  switched.setAttribute('aria-busy', 'true');
  document.querySelector('main').setAttribute('aria-busy', 'true');
  const isEnding = switched.getAttribute('aria-pressed') === 'true';
  said.textContent = `${isEnding ? 'No longer: ' : ''}${switched.textContent}. Asking again`;
  showVerdict();
}

function showVerdict() {
  const verdict = document.getElementById('verdict');
  if (verdict?.getBoundingClientRect().top < 0) {
    verdict.scrollIntoView();
  }
}

document.addEventListener('submit', async event => {
  event.preventDefault();
  const switched = event.submitter;
  pause = 3 * SECOND;
  busy(switched);
  await asked;
  busy(switched);
  await refresh(switched.formAction, { method: 'POST' });
  showVerdict();
});
setInterval(() => document.hidden || tick(), SECOND);
next();
