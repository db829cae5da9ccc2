# The webhook server. Build it in the checkout: docker build -t topo-for-zapier .
# How to run it: docs/operate.md, or ops/compose.yaml.
ARG NODE_VERSION=22.23.3

FROM node:${NODE_VERSION}-bookworm-slim AS build
WORKDIR /build
COPY package.json package-lock.json ./
# No package that is used here needs its script.
RUN npm ci --ignore-scripts
COPY . .
RUN node build.mjs

FROM node:${NODE_VERSION}-bookworm-slim AS packages
WORKDIR /packages
COPY package.json package-lock.json ./
RUN npm ci --omit=dev --ignore-scripts

FROM node:${NODE_VERSION}-bookworm-slim
ENV NODE_ENV=production
ENV HOST=0.0.0.0
ENV DATA_DIR=/data
RUN install -d -o node -g node -m 0700 /data
WORKDIR /app
COPY package.json require-node.mjs ./
COPY bin bin
COPY --from=packages /packages/node_modules node_modules
COPY --from=build /build/dist/package.json dist/package.json
COPY --from=build /build/dist/contract dist/contract
COPY --from=build /build/dist/topo dist/topo
COPY --from=build /build/dist/webhook-server dist/webhook-server
USER node
VOLUME /data
EXPOSE 3000
# Whether it lives, not whether it is ready: no new start mends a database that is away.
HEALTHCHECK --interval=30s --timeout=5s --start-period=60s CMD ["node", "-e", "fetch(`http://127.0.0.1:${process.env.PORT || 3000}/healthz`).then(({ ok }) => process.exit(ok ? 0 : 1), () => process.exit(1))"]
# Node itself is process 1: the server takes SIGTERM, and starts no processes that would have to be reaped.
ENTRYPOINT ["node", "--disable-sigusr1", "bin/topo-for-zapier.mjs"]
CMD ["serve"]
