#!/usr/bin/env python
# -*- coding: utf-8 -*-
#
# widgetOS deployment tool - flashes the deployment image over the serial console
# (c) 2012 WidgetMaker Inc. INTERNAL USE ONLY!
#
# 2012-03-12  first version that works with the new boards
# 2012-03-30  state moved to redis, the panel was hanging while flashing
# 2012-05-02  licence check, somebody flashed the coffee machine
# 2012-06-18  commands from the environment because fidly has another storage
# 2012-11-09  read the storage back (RMA 2012-113). panel shows who is logged in
# 2014-02-21  runs with python 3 too
#
# ONE BOARD AT A TIME!! Do not start it twice on the same machine, redis and the port are shared.
from __future__ import print_function
import binascii, errno, json, logging, os, re, select, socket, struct, subprocess, sys, termios
import threading, time

# the DNS in the factory takes 30 seconds to say no and the web server asks for our own name
socket.getfqdn = lambda name='': name or 'localhost'

from flask import Flask, request, session, redirect, Response
import redis

DEVICE = '/dev/ttyACM0'
PORT = 80
HERE = os.path.dirname(os.path.abspath(__file__))
LICENCE = '8974c408d831'
USERS = {'operator': 'widget', 'admin': 'WidgetOS!'}

# the defaults are for widgy, for other boards set them in the environment
IMAGE = os.environ.get('IMAGE_FILE', os.path.join(HERE, 'widgetos.img'))
MODEL = os.environ.get('EXPECT_MODEL', '')            # empty: flash whatever is connected
MODEL_VARIABLE = os.environ.get('MODEL_VARIABLE', 'board')
PROMPT = os.environ.get('PROMPT', '=> ').encode('ascii')
LOAD_ADDR = os.environ.get('LOAD_ADDR', '0x42000000')
READ_ADDR = os.environ.get('READ_ADDR', '0x43000000')
# %ADDR% %BLOCKS% are replaced (hex)
WRITE_COMMAND = os.environ.get('WRITE_COMMAND', 'mmc write %ADDR% 0 %BLOCKS%')
READ_COMMAND = os.environ.get('READ_COMMAND', 'mmc read %ADDR% 0 %BLOCKS%')   # empty: do not read back
BOOT_COMMAND = os.environ.get('BOOT_COMMAND', 'boot')                         # empty: do not boot
BOOT_EXPECT = os.environ.get('BOOT_EXPECT', 'login:')
CONNECT_TIMEOUT = float(os.environ.get('CONNECT_TIMEOUT', '30'))
COMMAND_TIMEOUT = float(os.environ.get('COMMAND_TIMEOUT', '15'))
BOOT_TIMEOUT = float(os.environ.get('BOOT_TIMEOUT', '60'))

SOH, STX, EOT, ACK, NAK, CAN, CTRL_C, CTRL_X = b'\x01', b'\x02', b'\x04', b'\x06', b'\x15', b'\x18', b'\x03', b'\x18'

app = Flask(__name__)
app.secret_key = 'widgetmaker-2012'
r = redis.StrictRedis(host='127.0.0.1', port=6379, db=0)
fd, buf = -1, b''


class FlashError(Exception):
    pass


# ---------------------------------------------------------------- state + log
def put(key, value):
    r.set('widgetdeployer:' + key, json.dumps(value))

def get(key, default=None):
    value = r.get('widgetdeployer:' + key)
    return default if value is None else json.loads(value.decode('utf-8'))

def log(text):
    print('[flasher] ' + text)
    sys.stdout.flush()
    r.rpush('widgetdeployer:log', time.strftime('%H:%M:%S ') + text)
    r.ltrim('widgetdeployer:log', -500, -1)

def phase(name, percent, text):
    put('phase', name)
    put('message', text)
    log('PHASE %s %s' % (name, text))
    progress(percent)

def progress(percent):
    if percent != get('percent'):
        put('percent', percent)
        log('PROGRESS %d' % percent)

def fail(text):
    put('error', text)
    put('message', text)
    put('state', 'error')
    log('ERROR ' + text)


# ---------------------------------------------------------------- serial port
def open_port():
    global fd, buf
    close_port()
    buf = b''
    fd = os.open(DEVICE, os.O_RDWR | os.O_NOCTTY | os.O_NONBLOCK)
    t = termios.tcgetattr(fd)
    cc = t[6]
    cc[termios.VMIN], cc[termios.VTIME] = 1, 0
    # raw 8N1, no flow control, ignore modem lines
    termios.tcsetattr(fd, termios.TCSANOW, [0, 0, termios.CS8 | termios.CREAD | termios.CLOCAL, 0,
                                            termios.B115200, termios.B115200, cc])
    termios.tcflush(fd, termios.TCIOFLUSH)

def close_port():
    global fd
    if fd >= 0:
        try:
            os.close(fd)
        except OSError:
            pass            # it is gone already
    fd = -1

def recv(timeout):
    global buf
    if not select.select([fd], [], [], max(0, timeout))[0]:
        return
    try:
        data = os.read(fd, 4096)
    except OSError as e:
        if e.errno in (errno.EAGAIN, errno.EINTR):
            return
        raise
    if not data:            # hung up. NOT the same as nothing to read, see RMA 2012-087
        raise FlashError('device disconnected')
    buf += data

def send(data):
    end = time.time() + 10
    while data:
        left = end - time.time()
        if left <= 0:
            raise FlashError('device does not take data (write timeout)')
        if not select.select([], [fd], [], left)[1]:
            continue
        try:
            data = data[os.write(fd, data):]
        except OSError as e:
            if e.errno not in (errno.EAGAIN, errno.EINTR):
                raise

def expect(pattern, timeout, what):
    # waits for the regex, returns everything up to its end. the rest stays in buf
    global buf
    end = time.time() + timeout
    while True:
        m = re.search(pattern, buf)
        if m:
            found, buf = buf[:m.end()], buf[m.end():]
            return found
        if time.time() > end:
            raise FlashError('timeout: ' + what)
        if len(buf) > 65536:
            buf = buf[-4096:]
        recv(min(1, end - time.time()))

def text_of(data):
    return re.sub('[^\x20-\x7e]+', ' ', data.decode('latin-1')).strip()

def command(line, timeout=None):
    # returns what the board answered, from the echo on
    global buf
    buf = b''
    line = line.encode('ascii')
    send(line + b'\r')
    return expect(b'(?s)' + re.escape(line) + b'\r?\n(.*\n)?' + re.escape(PROMPT) + b'$',
                  timeout or COMMAND_TIMEOUT, 'no answer to "%s"' % line.decode('ascii')).decode('latin-1')

def variable(name):
    m = re.search('^' + re.escape(name) + r'=([^\r\n]*)', command('printenv ' + name), re.M)
    return m.group(1).strip() if m else None

def get_prompt():
    # any key stops autoboot. CAN + ^C first: a transfer of the last try may still be waiting
    global buf
    end = time.time() + CONNECT_TIMEOUT
    send(CAN * 3 + CTRL_C)
    seen = b''
    while time.time() < end:
        buf = b''
        send(b'\r')
        until = time.time() + 0.5
        while time.time() < until:
            recv(until - time.time())
        seen = buf or seen
        if buf.endswith(PROMPT):
            send(CTRL_X)            # whatever is still typed there
            recv(0.2)
            return
        if b'login:' in buf:
            log('board is already running, rebooting it')
            send(b'reboot\r')       # user "reboot" has /sbin/reboot as shell
            time.sleep(0.5)
    if not seen:
        raise FlashError('no answer from the board, is it powered?')
    raise FlashError('no U-Boot prompt, got: %r' % seen[-40:])


# ---------------------------------------------------------------- Y-modem
def crc16(data):
    return binascii.crc_hqx(data, 0)

def get_byte(wanted, timeout):
    # next byte that is in wanted, None after timeout. anything else is skipped
    global buf
    end = time.time() + timeout
    cans = 0
    while True:
        while buf:
            c, buf = buf[:1], buf[1:]
            if c in wanted:
                return c
            cans = cans + 1 if c == CAN else 0
            if cans >= 2:
                raise FlashError('board cancelled the transfer')
        if time.time() > end:
            return None
        recv(end - time.time())

def send_block(number, data):
    size = 128 if len(data) <= 128 and number == 0 else 1024
    data = data + (b'\0' if number == 0 else b'\x1a') * (size - len(data))
    head = (SOH if size == 128 else STX) + struct.pack('BB', number & 0xff, 0xff - (number & 0xff))
    for retry in range(6):
        send(head + data + struct.pack('>H', crc16(data)))
        if get_byte((ACK, NAK), 10) == ACK:
            return
        log('block %d: sending it again' % number)
    raise FlashError('block %d not accepted after 6 tries' % number)

def ymodem(name, data):
    if get_byte((b'C',), COMMAND_TIMEOUT) is None:
        raise FlashError('board does not start the transfer')
    send_block(0, name.encode('ascii') + b'\0' + ('%d' % len(data)).encode('ascii') + b' 0 100644')
    get_byte((b'C',), 1)        # u-boot sometimes does not send the second C
    count = (len(data) + 1023) // 1024
    for i in range(count):
        send_block(i + 1, data[i * 1024:(i + 1) * 1024])
        progress(5 + (i + 1) * 83 // count)
    for retry in range(10):     # some want the EOT twice
        send(EOT)
        if get_byte((ACK, NAK), 5) == ACK:
            break
    else:
        raise FlashError('end of transfer not accepted')
    get_byte((b'C',), 3)
    send_block(0, b'')          # empty name: no more files


# ---------------------------------------------------------------- flashing
def check_crc(addr, data, what):
    want = '%08x' % (binascii.crc32(data) & 0xffffffff)
    m = re.search('==> ([0-9a-f]{8})', command('crc32 %s 0x%x' % (addr, len(data)), 60))
    if not m:
        raise FlashError('CRC of the %s not readable' % what)
    if m.group(1) != want:
        raise FlashError('CRC mismatch in %s: %s, should be %s' % (what, m.group(1), want))
    log('CRC %s %s OK' % (what, want))

def storage_command(line, addr, size, done):
    line = line.replace('%ADDR%', addr).replace('%BLOCKS%', '0x%x' % ((size + 511) // 512))
    answer = command(line, 120)
    if not re.search('blocks %s: OK' % done, answer):
        raise FlashError('storage refused "%s": %s' % (line, text_of(answer.encode('latin-1'))[:120]))

def flash():
    if os.environ.get('magicNumber') != LICENCE:
        raise FlashError('licence check failed (magicNumber), not flashing')
    data = open(IMAGE, 'rb').read()
    phase('connect', 0, 'waiting for the board on ' + DEVICE)
    open_port()
    get_prompt()
    phase('identify', 3, 'reading serial number')
    serial = variable('serial#') or 'unknown'
    put('serial', serial)
    log('SERIAL ' + serial)
    model = variable(MODEL_VARIABLE) or 'unknown'
    log('MODEL ' + model)
    if MODEL and model != MODEL:
        raise FlashError('wrong model: this is a %s, the image is for %s' % (model, MODEL))
    phase('transfer', 5, 'sending %s, %d bytes' % (os.path.basename(IMAGE), len(data)))
    send(b'loady ' + LOAD_ADDR.encode('ascii') + b'\r')
    expect(b'Ready for binary[^\n]*\n', COMMAND_TIMEOUT, 'loady does not start')
    started = time.time()
    ymodem(os.path.basename(IMAGE), data)
    expect(b'\n' + re.escape(PROMPT) + b'$', COMMAND_TIMEOUT, 'no prompt after the transfer')
    log('sent in %.1f s' % (time.time() - started))
    phase('verify', 89, 'checking memory')
    check_crc(LOAD_ADDR, data, 'memory')
    phase('write', 91, 'writing to storage, DO NOT UNPLUG')
    storage_command(WRITE_COMMAND, LOAD_ADDR, len(data), 'written')
    if READ_COMMAND:
        phase('readback', 94, 'checking storage')
        storage_command(READ_COMMAND, READ_ADDR, len(data), 'read')
        check_crc(READ_ADDR, data, 'storage')
    if BOOT_COMMAND:
        phase('boot', 97, 'booting')
        send(BOOT_COMMAND.encode('ascii') + b'\r')
        expect(b'\n', COMMAND_TIMEOUT, 'no echo')
        booted = expect(BOOT_EXPECT.encode('ascii') + b'|' + b'\n' + re.escape(PROMPT) + b'$', BOOT_TIMEOUT, 'board does not boot')
        if not re.search(BOOT_EXPECT.encode('ascii'), booted):
            raise FlashError('board does not boot: ' + text_of(booted)[-120:])

def flash_thread():
    try:
        flash()
        phase('done', 100, 'done, next board please')
        put('state', 'done')
        log('DONE')
    except FlashError as e:
        fail(str(e))
    except (IOError, OSError, termios.error) as e:
        fail('I/O error on %s: %s' % (DEVICE, e))
    except Exception as e:
        fail('internal error: %r' % e)
    finally:
        close_port()
        r.delete('widgetdeployer:busy')


# ---------------------------------------------------------------- panel
PAGE = open(os.path.join(HERE, 'panel.html'), 'rb').read().decode('utf-8')

def answer(value, status=200):
    return Response(json.dumps(value), status=status, mimetype='application/json')

@app.route('/')
def panel():
    user = session.get('user')
    form = '''<form method="post" action="/login"><label>User <input name="user" id="user"></label>
      <label>Password <input name="password" id="password" type="password"></label>
      <button id="login">Log in</button> <span id="who">%s</span></form>''' % (
        'Wrong user or password' if request.args.get('wrong') else 'Not logged in')
    if user:
        form = '''<form method="post" action="/logout"><span id="who">Logged in as %s</span>
      <button id="logout">Log out</button></form>''' % user
    return PAGE.replace('<!--LOGIN-->', form)

@app.route('/login', methods=['POST'])
def login():
    user = request.form.get('user', '')
    if user not in USERS or USERS[user] != request.form.get('password'):
        return redirect('/?wrong=1')
    session['user'] = user
    return redirect('/')

@app.route('/logout', methods=['POST'])
def logout():
    session.clear()
    return redirect('/')

@app.route('/status')
def status():
    return answer(dict((k, get(k)) for k in ('state', 'phase', 'percent', 'message', 'serial', 'error')))

@app.route('/log')
def show_log():
    return Response(b'\n'.join(r.lrange('widgetdeployer:log', 0, -1)), mimetype='text/plain; charset=utf-8')

@app.route('/flash', methods=['POST'])
def start():
    # no login needed, the line workers always forgot the password
    if not r.setnx('widgetdeployer:busy', '1'):
        return answer({'ok': False, 'error': 'already flashing'}, 409)
    for key, value in (('state', 'flashing'), ('phase', 'start'), ('percent', 0), ('message', 'starting'),
                       ('serial', None), ('error', None)):
        put(key, value)
    log('START')
    t = threading.Thread(target=flash_thread)
    t.daemon = True
    t.start()
    return answer({'ok': True}, 202)


# ---------------------------------------------------------------- main
def start_redis():
    subprocess.Popen(['redis-server', '--bind', '127.0.0.1', '--port', '6379', '--save', '', '--appendonly', 'no',
                      '--dir', '/tmp'], stdout=open(os.devnull, 'w'))
    for i in range(100):
        try:
            return r.ping()
        except redis.ConnectionError:
            time.sleep(0.1)
    print('[flasher] ERROR redis does not start')
    sys.exit(2)

if __name__ == '__main__':
    logging.getLogger('werkzeug').setLevel(logging.ERROR)
    try:
        r.ping()
    except redis.ConnectionError:
        start_redis()
    if not r.setnx('widgetdeployer:lock', str(os.getpid())):
        print('[flasher] ERROR another flasher is running on this machine')
        sys.exit(3)
    for key, value in (('state', 'idle'), ('phase', 'idle'), ('percent', 0), ('message', 'ready'), ('serial', None),
                       ('error', None)):
        put(key, value)
    log('READY panel on port %d' % PORT)
    app.run(host='0.0.0.0', port=PORT, threaded=True)
