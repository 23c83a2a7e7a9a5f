# syntax=docker/dockerfile:1
# One image for every role; ROLE chooses. It has no PostgreSQL of its own: DATABASE_URL is required.
#
#   docker build --tag ringback .
#   docker run --env-file .env --env DATABASE_URL=... --publish 127.0.0.1:3000:3000 --volume ringback:/data ringback

# A release with long-term support, until April 2029; `engines` in package.json says from which one on it works.
# https://github.com/nodejs/release#release-schedule
ARG NODE_VERSION=26

# --- Build: compiles, and is thrown away ---------------------------------------------------------------------------
FROM node:${NODE_VERSION}-bookworm-slim AS build
WORKDIR /app
# Only these decide what is installed: a change in the code does not install again.
COPY package.json package-lock.json ./
# With the compiler, which is a development dependency. No package's scripts: none is needed to compile, and our own
# `prepare` would build before the sources are here.
RUN npm ci --ignore-scripts --no-audit --no-fund
# .dockerignore keeps secrets, data and tests out.
COPY . .
RUN npm run build

# --- Dependencies of the running service ---------------------------------------------------------------------------
FROM node:${NODE_VERSION}-bookworm-slim AS dependencies
WORKDIR /app
COPY package.json package-lock.json ./
# The optional ones are speed-ups that have a replacement in JavaScript, and the binaries of embedded PostgreSQL. Those would
# need their install script, which restores symbolic links; with DATABASE_URL set they are never run, so they stay out.
RUN npm ci --omit=dev --omit=optional --ignore-scripts --no-audit --no-fund

# --- The image -----------------------------------------------------------------------------------------------------
FROM node:${NODE_VERSION}-bookworm-slim
WORKDIR /app
# HOST: a container is reached from outside of itself; the start then insists on API_KEYS, but for a worker.
# DATA_DIR: recordings; all containers of one Ringback share it.
# METRICS_PORT: health and metrics of a worker, which has no other HTTP.
ENV NODE_ENV=production HOST=0.0.0.0 PORT=3000 METRICS_PORT=9464 DATA_DIR=/data
# A new named volume takes the owner of the folder that it is mounted on: without this it would be root's, and unwritable.
RUN install --directory --owner=node --group=node --mode=0700 /data
# Owned by root: the service can read its code and not change it.
COPY --from=dependencies /app/node_modules ./node_modules
# Its `type`, without which Node takes the build for CommonJS, and the version.
COPY package.json ./
# The service and its doctor (node dist/src/doctor/main.js); the demo, the simulator and the benchmarks stay behind.
COPY --from=build /app/dist/src ./dist/src
COPY --from=build /app/dist/console ./dist/console
# For the doctor's `--live`.
COPY --from=build /app/samples ./samples
# The image's unprivileged user.
USER node
VOLUME /data
EXPOSE 3000 9464
# What the service stops on in order; a second one changes nothing.
STOPSIGNAL SIGTERM
# Liveness, not readiness: a restart does not bring a database back. Load balancers ask /health/ready. The start may wait half a
# minute each for the database and for Redis.
HEALTHCHECK --interval=10s --timeout=5s --start-period=75s --retries=3 CMD ["node", "--eval", \
  "const { ROLE, PORT, METRICS_PORT } = process.env; fetch(`http://127.0.0.1:${ROLE === 'worker' ? METRICS_PORT : PORT}/health/live`).then(({ ok }) => process.exit(ok ? 0 : 1), () => process.exit(1))"]
# Not through npm: it would stand between the signal and the service.
CMD ["node", "--enable-source-maps", "dist/src/main.js"]
