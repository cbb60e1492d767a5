/** The inbox page's script, as text. Runs in the browser; sets text content only, so no message can bring markup. */
export const inboxScript = String.raw`
'use strict';
(function () {
  var POLL_MS = 1500;
  var MODES = [['delivered', '送达', '会自动送达，并把回执交给系统。'], ['failed', '失败', '会发送失败，并把失败回执交给系统。'], ['silent', '不回执', '不会有回执，系统无法确认家庭已收到。']];
  var OTHER = { duplicate: '回执会重复两次', reject: '网关会拒收', outage: '网关故障中', timeout: '网关没有应答', lostAnswer: '网关的应答会丢失' };
  var $ = function (id) { return document.getElementById(id); };
  var phone = (new URLSearchParams(location.search).get('phone') || '').replace(/\D/g, '').slice(0, 11);
  var shown = new Map();
  var first = true;
  var timer = 0;

  function make(tag, className, text) {
    var node = document.createElement(tag);
    if (className) node.className = className;
    if (text !== undefined) node.textContent = text;
    return node;
  }
  function button(text, act, className) {
    var node = make('button', className, text);
    node.type = 'button';
    node.addEventListener('click', act);
    return node;
  }
  // Shanghai is +08:00 the whole year.
  function shanghai(ms) {
    var iso = new Date(ms + 8 * 3600000).toISOString();
    return { day: iso.slice(0, 10), date: Number(iso.slice(5, 7)) + '月' + Number(iso.slice(8, 10)) + '日', time: iso.slice(11, 16) };
  }
  function grouped(number) { return /^\d{11}$/.test(number) ? number.slice(0, 3) + ' ' + number.slice(3, 7) + ' ' + number.slice(7) : number; }
  function placeOf(number) { return number ? '?phone=' + encodeURIComponent(number) : '?'; }

  function post(path, body) {
    return fetch(path, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }).then(refresh, refresh);
  }

  function bodyOf(message) {
    var node = make('p', 'text');
    var text = message.text.replace(/^【[^】]*】/, '');
    var code = /验证码/.test(text) ? /(^|\D)(\d{6})(?!\d)/.exec(text) : null;
    if (!code) { node.textContent = text; return node; }
    var at = code.index + code[1].length;
    var mark = button(code[2], function () {
      if (navigator.clipboard) navigator.clipboard.writeText(code[2]).then(function () { $('announce').textContent = '验证码已复制'; mark.title = '已复制'; });
    }, 'code');
    mark.title = '点击复制';
    mark.setAttribute('aria-label', '验证码 ' + code[2].split('').join(' ') + '，点击复制');
    node.append(text.slice(0, at), mark, text.slice(at + 6));
    return node;
  }

  function stateOf(message) {
    var words = { waiting: '已发出，等待回执', delivered: '已送达', failed: '发送失败', silent: '已发出，无回执' };
    var text = message.channel === 'wechat' ? '微信已接收' : words[message.delivery];
    var look = message.delivery;
    if (message.callback === 'pending' && message.callbackAttempts > 1) { text += '，系统未应答，重试中'; look = 'gaveUp'; }
    if (message.callback === 'gaveUp') { text += '，但系统没有收下回执'; look = 'gaveUp'; }
    return make('span', 'state ' + look, text);
  }

  function draw(message) {
    var at = shanghai(message.acceptedAtMs);
    var sender = /^【([^】]+)】/.exec(message.text);
    var name = message.channel === 'wechat' ? '微信订阅消息' : sender ? sender[1] : '短信';
    var node = make('li', 'message ' + message.channel);
    var who = make('div', 'who');
    var face = make('span', 'face', message.channel === 'wechat' ? '微' : name.slice(0, 1));
    face.setAttribute('aria-hidden', 'true');
    var names = make('div');
    names.append(make('strong', '', name));
    if (message.phone) {
      var to = make('a', '', '发给 ' + grouped(message.phone));
      to.href = placeOf(message.phone);
      names.append(to);
    } else names.append(make('span', 'to', '发给微信用户'));
    var time = make('time', '', at.time);
    time.dateTime = new Date(message.acceptedAtMs).toISOString();
    who.append(face, names, time);
    var foot = make('div', 'foot');
    foot.append(stateOf(message));
    if (message.channel === 'sms') {
      var acts = make('div', 'acts');
      acts.setAttribute('role', 'group');
      acts.setAttribute('aria-label', '这条短信的回执');
      [['delivered', '送达'], ['failed', '失败'], ['none', '不回执']].forEach(function (pair) {
        var act = button(pair[1], function () { post('receipts', { gatewayId: message.gatewayId, status: pair[0] }); });
        act.dataset.act = pair[0];
        var played = message.callback === 'acknowledged';
        act.disabled = pair[0] === 'none' ? played || message.delivery === 'silent' : played && message.delivery === pair[0];
        acts.append(act);
      });
      foot.append(acts);
    }
    node.append(who, bodyOf(message), foot);
    return node;
  }

  function drawList(messages, nowMs) {
    var list = $('list');
    var today = shanghai(nowMs).day;
    var wanted = [];
    var day = '';
    messages.forEach(function (message) {
      var at = shanghai(message.acceptedAtMs);
      if (at.day !== day) {
        day = at.day;
        wanted.push({ id: 'day' + day + message.gatewayId, print: day + today, build: function () { return make('li', 'day', at.day === today ? '今天 ' + at.date : at.day.slice(0, 4) + '年' + at.date); } });
      }
      wanted.push({ id: message.gatewayId, print: JSON.stringify(message), build: function () { return draw(message); } });
    });
    var kept = new Map();
    var place = list.firstElementChild;
    wanted.forEach(function (item) {
      var before = shown.get(item.id);
      var node;
      if (before && before.print === item.print) node = before.node;
      else {
        node = item.build();
        if (!before && !first && node.classList.contains('message')) node.classList.add('new');
        if (before) {
          // A redrawn message must not take the keyboard's place away.
          var focus = before.node.contains(document.activeElement) ? document.activeElement.dataset.act : undefined;
          if (place === before.node) place = node;
          before.node.replaceWith(node);
          if (focus) { var again = node.querySelector('[data-act="' + focus + '"]'); if (again && !again.disabled) again.focus(); }
        }
      }
      if (place !== node) list.insertBefore(node, place); else place = node.nextElementSibling;
      kept.set(item.id, { node: node, print: item.print });
    });
    shown.forEach(function (entry, id) { if (!kept.has(id)) entry.node.remove(); });
    var fresh = messages.filter(function (message) { return !shown.has(message.gatewayId); }).length;
    if (!first && fresh > 0) $('announce').textContent = '收到' + fresh + '条新消息';
    shown = kept;
    first = false;
    $('empty').hidden = messages.length > 0;
    $('empty-title').textContent = phone ? grouped(phone) + ' 还没有收到短信' : '还没有收到短信';
  }

  var numbersPrint = '';
  function drawNumbers(numbers) {
    var all = numbers.some(function (entry) { return entry.phone === phone; }) || !phone ? numbers : [{ phone: phone, count: 0 }].concat(numbers);
    if (numbersPrint === JSON.stringify(all)) return;
    numbersPrint = JSON.stringify(all);
    $('numbers').replaceChildren.apply($('numbers'), [{ phone: '', count: null }].concat(all).map(function (entry) {
      var link = make('a', '', entry.phone ? grouped(entry.phone) : '全部号码');
      link.href = placeOf(entry.phone);
      if (entry.phone === phone) link.setAttribute('aria-current', 'page');
      if (entry.count !== null) link.append(make('small', '', entry.count + ' 条'));
      return link;
    }));
  }

  function drawMode(mode, own) {
    Array.prototype.forEach.call($('modes').children, function (node) { node.setAttribute('aria-pressed', String(node.dataset.mode === mode)); });
    $('mode-title').textContent = phone ? '以后发给 ' + grouped(phone) + ' 的短信' : '以后的短信';
    var known = MODES.filter(function (entry) { return entry[0] === mode; })[0];
    var hint = known ? known[2] : '现在：' + (OTHER[mode] || mode) + '。';
    if (phone && !own) hint += '（与全部号码相同）';
    if ($('mode-hint').dataset.print === hint) return;
    $('mode-hint').dataset.print = hint;
    $('mode-hint').textContent = hint;
    if (phone && own) $('mode-hint').append(button('改回与全部号码相同', function () { post('mode', { mode: null, phone: phone }); }));
  }

  function refresh() {
    clearTimeout(timer);
    return fetch('messages' + placeOf(phone), { cache: 'no-store' })
      .then(function (answer) { if (!answer.ok) throw new Error(String(answer.status)); return answer.json(); })
      .then(function (state) {
        $('offline').hidden = true;
        var now = shanghai(state.nowMs);
        $('now').textContent = now.date + ' ' + now.time;
        drawNumbers(state.numbers);
        drawMode(state.mode, state.ownMode);
        drawList(state.messages, state.nowMs);
      })
      .catch(function () { $('offline').hidden = false; })
      .then(function () { clearTimeout(timer); timer = setTimeout(refresh, document.hidden ? POLL_MS * 4 : POLL_MS); });
  }

  MODES.forEach(function (entry) {
    var node = button(entry[1], function () { post('mode', phone ? { mode: entry[0], phone: phone } : { mode: entry[0] }); });
    node.dataset.mode = entry[0];
    node.setAttribute('aria-pressed', 'false');
    $('modes').append(node);
  });
  $('phone').value = phone;
  $('search').addEventListener('submit', function (event) {
    event.preventDefault();
    location.search = placeOf($('phone').value.replace(/\D/g, ''));
  });
  document.addEventListener('visibilitychange', function () { if (!document.hidden) refresh(); });
  refresh();
})();
`;
