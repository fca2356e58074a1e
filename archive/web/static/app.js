/* Small help for people with JavaScript; every page works without it. */
"use strict";
(() => {
  const focusable = document.querySelector("[data-focus]");
  if (focusable) focusable.focus();

  document.addEventListener("keydown", (event) => {
    if (localStorage.getItem("phim-tat") === "tat" || event.key !== "/" || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.target.closest("input, textarea, select, [contenteditable]")) return;
    const box = document.getElementById("q-top");
    if (box) { event.preventDefault(); box.focus(); }
  });

  // A button that was pressed says what happens and cannot be pressed twice.
  document.addEventListener("submit", (event) => {
    const button = event.submitter;
    if (!button || !button.dataset.busy || event.defaultPrevented) return;
    setTimeout(() => { button.disabled = true; button.textContent = button.dataset.busy; }, 0);
  });

  // Leaving a form with unsaved changes asks first.
  let changed = false;
  document.querySelectorAll("form[data-keep]").forEach((form) => {
    form.addEventListener("input", () => { changed = true; });
    form.addEventListener("submit", () => { changed = false; });
  });
  window.addEventListener("beforeunload", (event) => { if (changed) event.preventDefault(); });

  // Typed once, a password can be read before it is sent.
  document.querySelectorAll("[data-reveal]").forEach((reveal) => {
    const secrets = reveal.closest("form").querySelectorAll("input[type=password]");
    reveal.hidden = false;
    reveal.querySelector("input").addEventListener("change", (event) => secrets.forEach((secret) => {
      secret.type = event.target.checked ? "text" : "password";
    }));
  });

  document.querySelectorAll("[data-print]").forEach((button) => button.addEventListener("click", () => window.print()));

  document.querySelectorAll("[data-check-all]").forEach((all) => all.addEventListener("change", () => {
    all.closest("table").querySelectorAll('input[name="chon"]').forEach((box) => { box.checked = all.checked; });
    count();
  }));
  const count = () => document.querySelectorAll("[data-chosen]").forEach((place) => {
    const all = document.getElementById("tat-ca");
    place.textContent = all && all.checked ? all.value : document.querySelectorAll('input[name="chon"]:checked').length;
  });
  document.addEventListener("change", (event) => { if (["chon", "tat-ca"].includes(event.target.name)) count(); });

  // Keys for lists: j and k go from row to row, Enter opens, ? tells. They can be switched off (WCAG 2.1.4).
  const off = () => localStorage.getItem("phim-tat") === "tat";
  const rows = () => [...document.querySelectorAll("[data-rows] tbody tr")];
  const help = document.getElementById("phim-tat");
  document.addEventListener("keydown", (event) => {
    if (off() || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.target.closest("input, textarea, select, [contenteditable], dialog")) return;
    if (event.key === "?" && help) { help.showModal(); return; }
    // The reading page: arrows turn pages, n and p go from hit to hit.
    const ways = { ArrowLeft: "[data-key-left]", ArrowRight: "[data-key-right]", n: "[data-key-n]", p: "[data-key-p]" };
    const way = ways[event.key] && document.querySelector(ways[event.key]);
    if (way) { event.preventDefault(); way.click(); return; }
    if (event.key !== "j" && event.key !== "k") return;
    const all = rows();
    if (!all.length) return;
    const now = all.findIndex((row) => row.classList.contains("chosen"));
    const next = Math.min(all.length - 1, Math.max(0, now + (event.key === "j" ? 1 : -1)));
    all.forEach((row) => row.classList.remove("chosen"));
    all[next].classList.add("chosen");
    const link = all[next].querySelector("a");
    if (link) link.focus();
  });
  const keys = document.querySelector("[data-keys]");
  if (keys) {
    keys.checked = !off();
    keys.addEventListener("change", () => localStorage.setItem("phim-tat", keys.checked ? "" : "tat"));
  }
})();

/* Upload: one request per file, raw bytes; goes on from where a broken connection left off. */
(() => {
  const zone = document.querySelector("[data-upload]");
  if (!zone) return;
  const address = zone.dataset.upload;
  const status = zone.querySelector("[data-upload-status]");
  const token = document.querySelector('meta[name="csrf-token"]').content;
  const headers = { "X-CSRFToken": token, Accept: "application/json" };
  let total = 0, done = 0, failed = [];

  const say = (words, detail) => { status.textContent = `${words}: ${done}/${total}${detail ? " · " + detail : ""}`; };
  const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

  const send = async (path, file) => {
    const announced = await fetch(address, {
      method: "POST", headers: { ...headers, "Content-Type": "application/json" },
      body: JSON.stringify({ path, length: file.size, mark: String(file.lastModified) }),
    });
    const answer = await announced.json();
    if (!announced.ok) throw new Error(answer.text || String(announced.status));
    const target = `${address}/${answer.ordinal}`;
    let offset = answer.offset;
    for (let attempt = 0; attempt < 7; attempt += 1) {
      try {
        const sent = await fetch(target, {
          method: "PUT", headers: { ...headers, "Upload-Offset": String(offset) }, body: file.slice(offset),
        });
        if (sent.ok && sent.headers.get("Upload-Complete") === "?1") return;
        if (sent.status === 400 || sent.status === 403) throw new Error((await sent.json()).text);
      } catch (error) {
        if (attempt === 6) throw error;
      }
      await pause(500 * 2 ** attempt);
      const held = await fetch(target, { method: "HEAD", headers });
      offset = Number(held.headers.get("Upload-Offset") || 0);
    }
    throw new Error(path);
  };

  const sendAll = async (entries) => {
    total += entries.length;
    for (const [path, file] of entries) {
      say(status.dataset.textSending, path);
      try { await send(path, file); done += 1; } catch (error) { failed.push(`${path}: ${error.message}`); }
    }
    if (failed.length) { say(status.dataset.textFailed, failed.join("; ")); return; }
    say(status.dataset.textDone);
    window.location.reload();
  };

  const walk = async (entry, prefix) => {
    if (entry.isFile) return [[prefix + entry.name, await new Promise((yes, no) => entry.file(yes, no))]];
    const reader = entry.createReader();
    const found = [];
    for (;;) {
      const part = await new Promise((yes, no) => reader.readEntries(yes, no));
      if (!part.length) break;
      for (const child of part) found.push(...await walk(child, `${prefix}${entry.name}/`));
    }
    return found;
  };

  zone.querySelectorAll("[data-pick]").forEach((input) => input.addEventListener("change", () => {
    sendAll([...input.files].map((file) => [inside(file.webkitRelativePath) || file.name, file]));
  }));
  // The chosen folder itself is not part of the paths that the list names.
  const inside = (path) => path.split("/").slice(1).join("/");
  zone.addEventListener("dragover", (event) => { event.preventDefault(); zone.classList.add("over"); });
  zone.addEventListener("dragleave", () => zone.classList.remove("over"));
  zone.addEventListener("drop", async (event) => {
    event.preventDefault();
    zone.classList.remove("over");
    const dropped = [...event.dataTransfer.items].map((item) => item.webkitGetAsEntry()).filter(Boolean);
    const single = dropped.length === 1 && dropped[0].isDirectory;
    const found = [];
    for (const entry of dropped) found.push(...await walk(entry, ""));
    sendAll(found.map(([path, file]) => [single ? inside(path) : path, file]));
  });
})();
