// The service worker: without coverage it answers with what pages.js has kept. It keeps nothing itself, and touches no write.

const PAGES = "crew-pages";
const ASSETS = "crew-assets";
const PATIENCE = 6000; // milliseconds that a page may take before the kept one is shown
const NOTHING = "No coverage, and this page is not kept on the phone. · Sin cobertura; esta página no está en el teléfono.";

self.addEventListener("install", () => self.skipWaiting());
self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));
self.addEventListener("message", (event) => event.waitUntil(self.clients.claim()));

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const { origin, pathname } = new URL(request.url);
  if (request.method !== "GET" || origin !== self.location.origin) return;
  if (request.mode === "navigate" && /^\/crew(\/|$)/.test(pathname)) event.respondWith(page(request, pathname));
  else if (pathname.startsWith("/static/")) event.respondWith(asset(request));
});

async function page(request, pathname) {
  const waited = new AbortController();
  const patience = setTimeout(() => waited.abort(), PATIENCE);
  try {
    return await fetch(request, { signal: waited.signal });
  } catch {
    return (await kept(pathname)) ?? (await kept("/crew")) ?? plain();
  } finally {
    clearTimeout(patience);
  }
}

async function asset(request) {
  return (await (await caches.open(ASSETS)).match(request)) ?? fetch(request);
}

async function kept(pathname) {
  return (await caches.open(PAGES)).match(pathname);
}

function plain() {
  return new Response(NOTHING, { status: 503, headers: { "Content-Type": "text/plain; charset=utf-8" } });
}
