'use strict';
(function () {
  var page = document.documentElement;
  var STEP = 100, PAPER = 100, PAPER_WIDTH = 660, BARS = 15;
  var one = function (selector) { return document.querySelector(selector); };
  var all = function (selector, root) { return Array.from((root || document).querySelectorAll(selector)); };
  var figure = function (text) { var value = parseFloat(text); return isNaN(value) ? null : value; };
  var valueOf = function (cell) { return cell.hasAttribute('data-v') ? cell.getAttribute('data-v') : cell.textContent.trim(); };

  // ------------------------------------------------------------------ sorting
  all('table.sortable').forEach(function (table) {
    var body = table.tBodies[0], headings = all('thead th', table);
    Array.from(body.rows).forEach(function (row, index) { row.place = index; });
    headings.forEach(function (heading, column) {
      var words = heading.textContent;
      if (words === '报告') return;
      var button = document.createElement('button');
      button.type = 'button';
      button.textContent = words;
      heading.textContent = '';
      heading.appendChild(button);
      button.addEventListener('click', function () {
        var up = heading.getAttribute('aria-sort') ? heading.getAttribute('aria-sort') === 'descending' : !heading.classList.contains('n');
        headings.forEach(function (other) { other.removeAttribute('aria-sort'); });
        heading.setAttribute('aria-sort', up ? 'ascending' : 'descending');
        var numeric = heading.classList.contains('n');
        var keyed = Array.from(body.rows).map(function (row) {
          var text = valueOf(row.cells[column]);
          return { row: row, text: text, value: numeric ? figure(text) : null };
        });
        keyed.sort(function (a, b) {
          var order;
          if (numeric) {
            if (a.value === null || b.value === null) return (a.value === null) - (b.value === null) || a.row.place - b.row.place;
            order = a.value - b.value;
          } else { order = a.text < b.text ? -1 : a.text > b.text ? 1 : 0; }
          return (up ? order : -order) || a.row.place - b.row.place;
        });
        var fragment = document.createDocumentFragment();
        keyed.forEach(function (entry) { fragment.appendChild(entry.row); });
        body.appendChild(fragment);
        if (table.id === 'list') show();
      });
    });
  });

  // ---------------------------------------------------------------- filtering
  var list = one('#list'), room = STEP;
  var controls = { text: one('#find'), department: one('#of-department'), region: one('#of-region'), code: one('#of-code') };
  var cell = function (row, name) { var found = row.querySelector('.' + name); return found ? found.textContent.trim() : ''; };
  function show() {
    var text = controls.text.value.trim().toLowerCase(), words = text ? text.split(/\s+/) : [];
    var wanted = {};
    ['department', 'region', 'code'].forEach(function (name) { if (controls[name]) wanted[name] = controls[name].value; });
    var found = 0;
    Array.from(list.tBodies[0].rows).forEach(function (row) {
      if (row.words === undefined) row.words = [row.textContent, row.getAttribute('data-department'), row.getAttribute('data-codes')].join(' ').toLowerCase();
      var fits = words.every(function (word) { return row.words.indexOf(word) >= 0; }) &&
        (!wanted.department || row.getAttribute('data-department') === wanted.department) &&
        (!wanted.region || cell(row, 'region') === wanted.region) &&
        (!wanted.code || (' ' + row.getAttribute('data-codes') + ' ').indexOf(' ' + wanted.code + ' ') >= 0);
      if (fits) found += 1;
      row.hidden = !fits || found > room;
      row.classList.toggle('off-paper', found > PAPER);
    });
    var rows = list.tBodies[0].rows.length, shown = Math.min(found, room);
    one('#shown').textContent = (found === rows ? '共 ' + rows + ' 份' : rows + ' 份中符合的 ' + found + ' 份') + (shown < found ? '，显示前 ' + shown + ' 份' : '') + '。';
    one('#more').hidden = shown >= found;
  }
  function options(select, values) {
    if (!select) return;
    values.forEach(function (entry) {
      var option = document.createElement('option');
      option.value = entry[0];
      option.textContent = entry[1];
      select.appendChild(option);
    });
  }
  if (list && controls.text) {
    var rows = Array.from(list.tBodies[0].rows), seen = { department: {}, region: {}, code: {} };
    rows.forEach(function (row) {
      var count = function (name, value) { if (value) seen[name][value] = (seen[name][value] || 0) + 1; };
      count('department', row.getAttribute('data-department'));
      count('region', cell(row, 'region'));
      (row.getAttribute('data-codes') || '').split(' ').forEach(function (code) { count('code', code); });
    });
    var titles = {};
    all('#code-table tbody tr').forEach(function (row) { titles[row.cells[0].textContent] = row.cells[1].textContent; });
    ['department', 'region', 'code'].forEach(function (name) {
      options(controls[name], Object.keys(seen[name]).sort().map(function (value) {
        return [value, (name === 'code' && titles[value] ? value + ' ' + titles[value] : value) + '（' + seen[name][value] + '）'];
      }));
      if (controls[name]) controls[name].addEventListener('change', function () { room = STEP; show(); });
    });
    var waiting = 0;
    controls.text.addEventListener('input', function () {
      clearTimeout(waiting);
      waiting = setTimeout(function () { room = STEP; show(); }, 120);
    });
    one('#clear').addEventListener('click', function () {
      Object.keys(controls).forEach(function (name) { if (controls[name]) controls[name].value = ''; });
      room = STEP;
      show();
    });
    one('#more').addEventListener('click', function () { room += STEP; show(); });
    one('.toolbar').hidden = false;
    all('td.open[data-number]', list).forEach(function (place) {
      var button = document.createElement('button'), number = place.getAttribute('data-number');
      button.type = 'button';
      button.textContent = '复制命令';
      button.setAttribute('aria-label', '复制取出序号 ' + number + ' 的报告的命令');
      place.appendChild(button);
    });
    list.addEventListener('click', function (event) {
      var button = event.target.closest('td.open button');
      if (button) copy('scorer show . ' + button.parentNode.getAttribute('data-number') + ' --format html -o ' + button.parentNode.getAttribute('data-number') + '.html', button);
    });
    show();
  }
  function copy(text, button) {
    var told = function (words) { button.textContent = words; setTimeout(function () { button.textContent = '复制命令'; }, 1500); };
    var area = document.createElement('textarea');
    area.value = text;
    area.className = 'hidden';
    document.body.appendChild(area);
    area.select();
    var done = false;
    try { done = document.execCommand('copy'); } catch (error) { done = false; }
    area.remove();
    button.focus();
    told(done ? '已复制' : '未能复制');
  }

  // ------------------------------------------------------------------- charts
  var drawn = [];
  function colours() {
    var style = getComputedStyle(page), get = function (name) { return style.getPropertyValue('--' + name).trim(); };
    return { ink: get('ink'), soft: get('soft'), line: get('line'), paper: get('paper'), error: get('error'), warning: get('judged'), note: get('recomputed'), calm: get('calm') };
  }
  var PRINTED = { ink: '#000', soft: '#444', line: '#bbb', paper: '#fff', error: '#a01713', warning: '#c98a1b', note: '#1f5f99', calm: '#7fa3c7' };
  function option(place, use, width) {
    var table = document.getElementById(place.getAttribute('data-table'));
    var kind = place.getAttribute('data-kind'), columns = place.getAttribute('data-series').split(' ').map(Number);
    var rows = Array.from(table.tBodies[0].rows).sort(function (a, b) { return a.place - b.place; });
    var narrow = width < 520;
    var number = function (row, column) { return figure(row.cells[column].textContent) || 0; };
    var text = { color: use.ink, fontFamily: getComputedStyle(document.body).fontFamily, fontSize: 12 };
    var common = {
      animation: false, textStyle: text,
      tooltip: { trigger: 'axis', renderMode: 'richText', axisPointer: { type: 'shadow' }, backgroundColor: use.paper, borderColor: use.line, textStyle: { color: use.ink, fontSize: 13 }, confine: true }
    };
    var counts = { type: 'value', minInterval: 1, axisLabel: { color: use.soft }, splitLine: { lineStyle: { color: use.line } } };
    if (kind === 'columns') {
      return Object.assign(common, {
        legend: { top: 0, left: 0, textStyle: { color: use.ink }, itemWidth: 14, itemHeight: 10 },
        grid: { left: 4, right: 8, top: 34, bottom: 4, containLabel: true },
        xAxis: { type: 'category', data: rows.map(function (row) { return row.cells[0].textContent; }), axisTick: { show: false }, axisLine: { lineStyle: { color: use.soft } }, axisLabel: { color: use.soft, interval: 0, rotate: narrow ? 60 : width < 600 ? 35 : 0, fontSize: 11 } },
        yAxis: counts,
        series: columns.map(function (column, index) {
          return { type: 'bar', barGap: '10%', name: table.tHead.rows[0].cells[column].textContent + '总分', data: rows.map(function (row) { return number(row, column); }), itemStyle: { color: index ? use.note : use.warning, borderRadius: [2, 2, 0, 0] } };
        })
      });
    }
    rows = rows.slice(0, BARS).reverse();
    var names = rows.map(function (row) { return kind === 'codes' ? row.cells[0].textContent + ' ' + row.cells[1].textContent : row.cells[0].textContent; });
    var axis = { type: 'category', data: names, axisTick: { show: false }, axisLine: { lineStyle: { color: use.soft } }, axisLabel: { color: use.ink, width: narrow ? 110 : 230, overflow: 'truncate', fontSize: 12 } };
    var series;
    if (kind === 'codes') {
      series = [{ type: 'bar', name: '份数', barMaxWidth: 18, label: { show: true, position: 'right', color: use.soft }, data: rows.map(function (row) {
        var level = row.cells[2].textContent;
        return { value: number(row, columns[0]), itemStyle: { color: level === '必改' ? use.error : level === '说明' ? use.warning : use.note, borderRadius: [0, 2, 2, 0] } };
      }) }];
    } else if (kind === 'counts') {
      series = [{ type: 'bar', name: table.tHead.rows[0].cells[columns[0]].textContent, barMaxWidth: 18, itemStyle: { color: use.note }, label: { show: true, position: 'right', color: use.soft }, data: rows.map(function (row) { return number(row, columns[0]); }) }];
    } else {
      series = [
        { type: 'bar', stack: 'all', name: '有必改之处', barMaxWidth: 18, itemStyle: { color: use.error }, data: rows.map(function (row) { return number(row, columns[0]); }) },
        { type: 'bar', stack: 'all', name: '其余', barMaxWidth: 18, itemStyle: { color: use.calm }, data: rows.map(function (row) { return number(row, columns[1]) - number(row, columns[0]); }) }
      ];
    }
    return Object.assign(common, {
      legend: kind !== 'groups' ? undefined : { top: 0, left: 0, textStyle: { color: use.ink }, itemWidth: 14, itemHeight: 10 },
      grid: { left: 4, right: kind === 'groups' ? 16 : 44, top: kind === 'groups' ? 34 : 6, bottom: 4, containLabel: true },
      xAxis: counts, yAxis: axis, series: series
    });
  }
  function fit(place, chart) {
    var svg = place.querySelector('svg');
    if (svg) { svg.setAttribute('viewBox', '0 0 ' + chart.getWidth() + ' ' + chart.getHeight()); svg.setAttribute('aria-hidden', 'true'); svg.setAttribute('focusable', 'false'); }
  }
  function draw(use) {
    drawn.forEach(function (entry) { entry.chart.setOption(option(entry.place, use, entry.chart.getWidth()), true); entry.chart.getZr().flush(); fit(entry.place, entry.chart); });
  }
  if (typeof echarts !== 'undefined') {
    all('.chart').forEach(function (place) {
      var table = document.getElementById(place.getAttribute('data-table'));
      var count = table ? table.tBodies[0].rows.length : 0;
      if (!count || (place.getAttribute('data-kind') !== 'columns' && count < 2)) return;
      place.hidden = false;
      if (place.getAttribute('data-kind') !== 'columns') place.style.height = (Math.min(count, BARS) * 26 + 56) + 'px';
      var chart = echarts.init(place, null, { renderer: 'svg' });
      drawn.push({ place: place, chart: chart });
      var select = place.getAttribute('data-filter') && document.getElementById(place.getAttribute('data-filter'));
      if (select) chart.on('click', function (event) {
        var value = select.id === 'of-code' ? event.name.split(' ')[0] : event.name;
        if (!Array.from(select.options).some(function (entry) { return entry.value === value; })) return;
        select.value = value;
        select.dispatchEvent(new Event('change'));
        one('#risks').scrollIntoView();
      });
    });
    draw(colours());
    var dark = window.matchMedia('(prefers-color-scheme: dark)'), sized = 0;
    if (dark.addEventListener) dark.addEventListener('change', function () { draw(colours()); });
    var resized = function () {
      clearTimeout(sized);
      sized = setTimeout(function () {
        if (drawn.every(function (entry) { return entry.chart.getWidth() === entry.place.clientWidth; })) return;
        drawn.forEach(function (entry) { entry.chart.resize({ width: 'auto' }); });
        draw(colours());
      }, 150);
    };
    window.addEventListener('resize', resized);
    // a place may become narrower without the window (a telephone turned, a page still being laid out)
    if (window.ResizeObserver) { var seen = new ResizeObserver(resized); drawn.forEach(function (entry) { seen.observe(entry.place); }); }
  }
  var closed = all('details.data');
  if (drawn.length) closed.forEach(function (details) { details.open = false; });
  window.addEventListener('beforeprint', function () {
    closed = all('details.data').filter(function (details) { return !details.open; });
    closed.forEach(function (details) { details.open = true; });
    drawn.forEach(function (entry) { entry.chart.resize({ width: PAPER_WIDTH }); });
    draw(PRINTED);
  });
  window.addEventListener('afterprint', function () {
    closed.forEach(function (details) { details.open = false; });
    drawn.forEach(function (entry) { entry.chart.resize({ width: 'auto' }); });
    draw(colours());
  });
})();
