"""nginx with Nchan: alone, and two of them over Redis, of which one has the publisher and the other the watchers."""

from __future__ import annotations

from pathlib import Path

from processes import Child, free_port
from systems import Running, need_program

MODULE = Path("/usr/lib/nginx/modules/ngx_nchan_module.so")

CONFIG = """
load_module {module};
daemon off;
worker_processes 1;
worker_rlimit_nofile 19900;
user root;
pid {folder}/{name}.pid;
error_log stderr warn;
events {{ worker_connections 19800; }}
http {{
  access_log off;
  client_body_temp_path {folder}/{name}-body;
  proxy_temp_path {folder}/{name}-proxy;
  fastcgi_temp_path {folder}/{name}-fastcgi;
  uwsgi_temp_path {folder}/{name}-uwsgi;
  scgi_temp_path {folder}/{name}-scgi;
  keepalive_requests 1000000000;
  keepalive_timeout 3600s;
  nchan_shared_memory_size 1024m;
  nchan_message_buffer_length 5000;
  nchan_message_timeout 10m;
  {upstream}
  server {{
    listen 127.0.0.1:{port} backlog=4096;
    location = /watch {{
      nchan_subscriber websocket;
      nchan_channel_id $arg_id;
      nchan_subscriber_first_message newest;
      {use}
    }}
    location = /publish {{
      nchan_publisher http;
      nchan_channel_id $arg_id;
      {use}
    }}
  }}
}}
"""


def _missing(*others: str) -> str | None:
    return need_program("nginx", *others) or (None if MODULE.exists() else "libnginx-mod-nchan (./dev deps bench)")


class Nchan:
    name = "nchan"
    title = "Nchan"
    can_deflate = False
    resumes = True

    def missing(self) -> str | None:
        return _missing()

    def start(self, running: Running, folder: Path, deflate: bool) -> None:
        port = _start_nginx(running, folder, "nchan", "", "")
        _speak(running, watch_port=port, publish_port=port)


class NchanOverRedis:
    name = "nchan-redis"
    title = "Nchan, 2 over Redis"
    can_deflate = False
    resumes = True

    def missing(self) -> str | None:
        return _missing("redis-server")

    def start(self, running: Running, folder: Path, deflate: bool) -> None:
        redis_port = free_port()
        flags = ["--port", str(redis_port), "--bind", "127.0.0.1", "--save", "", "--dir", str(folder)]
        redis = Child("redis", ["redis-server", *flags], folder)
        running.children.append(redis)
        redis.wait_for_port(redis_port)
        upstream = f"upstream redis {{ nchan_redis_server redis://127.0.0.1:{redis_port}; }}"
        ports = [_start_nginx(running, folder, name, upstream, "nchan_redis_pass redis;") for name in ("a", "b")]
        _speak(running, watch_port=ports[1], publish_port=ports[0])


def _start_nginx(running: Running, folder: Path, name: str, upstream: str, use: str) -> int:
    port = free_port()
    config = folder / f"{name}.conf"
    config.write_text(
        CONFIG.format(module=MODULE, folder=folder, name=name, upstream=upstream, use=use, port=port)
    )
    nginx = Child(f"nginx-{name}", ["nginx", "-p", folder, "-c", config], folder)
    running.children.append(nginx)
    nginx.wait_for_port(port)
    # The port is there before the process is that serves it.
    nginx.wait_until(lambda: len(nginx.pids()) > 1, "a worker process")
    return port


def _speak(running: Running, watch_port: int, publish_port: int) -> None:
    running.protocol = "plain"
    running.resuming_protocol = "nchan"
    running.watch_url = f"ws://127.0.0.1:{watch_port}/watch?id={{topic}}"
    running.publish_protocol = "http"
    running.publish_url = f"http://127.0.0.1:{publish_port}/publish?id="
