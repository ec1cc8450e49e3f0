// Whoever signs in, or has signed out, finds nothing of others on the phone. Closings that were not sent stay, for their own.

import { clearPages } from "./pages.js";

if ("caches" in window) await clearPages();
