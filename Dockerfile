# The demo app as an image. Build the jar first, then the image:
#   mvn -B -DskipTests package
#   docker build -t podidentitydemo .          (or: podman build, buildah bud)
#
# BASE is any image with Java on its PATH; it needs no shell and no package manager. Pin it by its digest:
#   --build-arg BASE=mcr.microsoft.com/openjdk/jdk:25-distroless@sha256:...
# With a Java that is older than 25 add --target plain: everything but the AOT cache.
# No Docker at hand: mvn package jib:build makes the same as "plain", and pushes it.
ARG BASE=mcr.microsoft.com/openjdk/jdk:25-distroless

FROM ${BASE} AS extracted
WORKDIR /build
COPY demo-app/target/demo-app*.jar /build/fat.jar
RUN ["java", "-Djarmode=tools", "-jar", "fat.jar", "extract", "--layers", "--libraries", "libs", \
     "--application-filename", "demo-app.jar", "--destination", "layers"]

FROM ${BASE} AS plain
ARG VERSION=0.1.0-SNAPSHOT
ARG REVISION=unknown
LABEL org.opencontainers.image.title="podidentitydemo" \
      org.opencontainers.image.description="Shows which Azure identity a pod has, and reads blobs with it" \
      org.opencontainers.image.version="${VERSION}" \
      org.opencontainers.image.revision="${REVISION}"
WORKDIR /app
# The libraries, which seldom change, apart from the application: a new version pushes and pulls a few kilobytes.
# Owned by root and readable by all: the process can read its own code and change none of it.
COPY --from=extracted /build/layers/dependencies/ ./
COPY --from=extracted /build/layers/snapshot-dependencies/ ./
COPY --from=extracted /build/layers/application/ ./
# The heap by the container's limit; the rest is for classes, code, threads and buffers. Out of memory ends the process,
# and the kubelet starts it again. The collector is named, so that the same one trains the cache and runs with it: it is
# also what Java takes by itself in a pod with less than two processors. SERVER_ADDRESS: a container's loopback is of no
# use to anybody outside it.
ENV JAVA_TOOL_OPTIONS="-XX:+UseSerialGC -XX:MaxRAMPercentage=40 -XX:+ExitOnOutOfMemoryError" \
    SERVER_ADDRESS=0.0.0.0
# By number, so that Kubernetes can tell that it is not root (runAsNonRoot).
USER 10001:10001
EXPOSE 8080
ENTRYPOINT ["java", "-jar", "demo-app.jar"]

# One start up to the last bean, on the very layers that are shipped (the cache holds for these files at these times
# and for this Java only), with what Java learnt written down at its end.
FROM plain AS trained
RUN ["java", "-XX:AOTCacheOutput=/tmp/demo-app.aot", "-Dspring.context.exit=onRefresh", "-jar", "demo-app.jar"]

FROM plain
COPY --from=trained --chown=0:0 --chmod=444 /tmp/demo-app.aot ./
# A cache that does not fit is ignored, and the start is then as slow as without.
ENV JAVA_TOOL_OPTIONS="-XX:+UseSerialGC -XX:MaxRAMPercentage=40 -XX:+ExitOnOutOfMemoryError -XX:AOTCache=/app/demo-app.aot"
