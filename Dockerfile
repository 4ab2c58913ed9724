# syntax=docker/dockerfile:1
# Runs with a read-only root: docker run --read-only --tmpfs /tmp -v hopcheck:/data --env-file .env -p 3978:3978 hopcheck

FROM node:24-bookworm-slim AS build
WORKDIR /build
COPY package.json package-lock.json .npmrc ./
RUN npm ci
COPY tsconfig.json tsconfig.build.json LICENSE .env.example ./
COPY src src
COPY cards cards
COPY docs/grants.sample.yaml docs/grants.sample.yaml
COPY manifest manifest
COPY scripts scripts
RUN npm run build

FROM node:24-bookworm-slim
ENV NODE_ENV=production
ENV HOPCHECK_DATA_DIR=/data
WORKDIR /app
COPY --from=build /build/dist ./
RUN install -d -o node -g node /data
USER node
EXPOSE 3978
VOLUME /data
HEALTHCHECK --interval=30s --timeout=5s --start-period=10s --retries=3 CMD ["node", "-e", "fetch('http://127.0.0.1:' + (process.env.PORT || 3978) + '/healthz').then((answer) => process.exit(answer.ok ? 0 : 1), () => process.exit(1))"]
CMD ["node", "--disable-warning=DEP0040", "--max-semi-space-size=8", "--max-old-space-size=768", "--heap-growing-percent=70", "src/main.js", "serve"]
