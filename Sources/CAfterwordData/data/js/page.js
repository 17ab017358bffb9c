"use strict";
(function () {
  var root = document.documentElement;
  var running = null;
  var parts = ["past", "steps", "nav", "main"];
  function byId(id) { return document.getElementById(id); }
  function settle() { root.setAttribute("data-shown", window.location.href); }
  function say(words) {
    byId("moment").textContent = words;
    byId("slider").setAttribute("aria-valuetext", words);
  }
  function option(index) { return document.querySelectorAll("#dumps option")[index]; }

  function take(next, address, isStep) {
    var focused = document.activeElement && document.activeElement.id;
    parts.forEach(function (id) {
      var own = byId(id), other = next.getElementById(id);
      if (own && other) { own.replaceWith(document.importNode(other, true)); }
    });
    document.title = next.title;
    var slider = byId("slider"), other = next.getElementById("slider");
    if (slider && other) {
      byId("dumps").replaceWith(document.importNode(next.getElementById("dumps"), true));
      slider.max = other.max;
      slider.value = other.getAttribute("value");
      say(next.getElementById("moment").textContent);
    }
    if (isStep) {
      var isNext = history.state && history.state.isStep;
      history[isNext ? "replaceState" : "pushState"]({ isStep: true }, "", address);
    }
    if (focused && document.activeElement === document.body) {
      (byId(focused) || slider).focus({ preventScroll: true });
    }
    mark();
    settle();
  }

  function show(address, isStep) {
    if (running) { running.abort(); }
    var own = running = new AbortController();
    root.removeAttribute("data-shown");
    byId("main").setAttribute("aria-busy", "true");
    fetch(address, { signal: own.signal, headers: { Accept: "text/html" } })
      .then(function (answer) { return answer.text(); })
      .then(function (text) {
        if (own !== running) { return; }
        running = null;
        var next = new DOMParser().parseFromString(text, "text/html");
        if (next.getElementById("main")) { take(next, address, isStep); }
        else { window.location.assign(address); }
      })
      .catch(function (error) {
        if (error.name !== "AbortError") { window.location.assign(address); }
      });
  }

  function at(index) {
    var address = new URL(window.location.href);
    ["as_of", "as_observed", "cursor"].forEach(function (name) {
      address.searchParams.delete(name);
    });
    var last = document.querySelectorAll("#dumps option").length - 1;
    if (index < last) { address.searchParams.set("as_of", option(index).dataset.run); }
    return address.href;
  }

  // Without this script the slider would do nothing: the page hides it.
  function mark() {
    root.classList.add("scripted");
    if (byId("slider")) { byId("slider").hidden = false; }
  }

  document.addEventListener("input", function (event) {
    if (event.target.id === "slider") {
      say(option(Number(event.target.value)).getAttribute("label"));
    }
  });
  document.addEventListener("change", function (event) {
    if (event.target.id === "slider") { show(at(Number(event.target.value)), true); }
    if (event.target.id === "dates") { show(at(event.target.selectedIndex), true); }
  });
  document.addEventListener("click", function (event) {
    var step = event.target.closest("a[data-step]");
    if (!step || event.ctrlKey || event.metaKey || event.shiftKey || event.button) { return; }
    event.preventDefault();
    show(step.href, true);
  });
  window.addEventListener("popstate", function () {
    // A step back to another place of what is shown needs nothing.
    var isShown = (root.getAttribute("data-shown") || "").split("#")[0];
    if (isShown !== window.location.href.split("#")[0]) { show(window.location.href, false); }
  });
  document.addEventListener("submit", function (event) {
    if (!event.target.matches("[data-filters]")) { return; }
    Array.prototype.forEach.call(event.target.elements, function (field) {
      if (field.name && field.value === "") { field.disabled = true; }
    });
  });
  window.addEventListener("pageshow", function () {
    document.querySelectorAll("[data-filters] [disabled]").forEach(function (field) {
      field.disabled = false;
    });
    settle();
  });
  mark();
})();
