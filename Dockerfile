# The demo app as an image. Build the jar first, then the image:
#   mvn -B -DskipTests package
#   docker build -t podidentitydemo .          (or: podman build, buildah bud)
#
# BASE is any image with Java 17 or newer on its PATH; it needs no shell and no package manager.
ARG BASE=docker.io/library/eclipse-temurin:17-jre

FROM ${BASE} AS layers
WORKDIR /layers
COPY demo-app/target/demo-app*.jar /layers/app.jar
# The libraries, which seldom change, apart from the application: a new version pushes and pulls a few kilobytes.
RUN ["java", "-Djarmode=tools", "-jar", "app.jar", "extract", "--layers", "--destination", "extracted"]

FROM ${BASE}
ARG VERSION=0.1.0-SNAPSHOT
ARG REVISION=unknown
LABEL org.opencontainers.image.title="podidentitydemo" \
      org.opencontainers.image.description="Shows which Azure identity a pod has, and reads blobs with it" \
      org.opencontainers.image.version="${VERSION}" \
      org.opencontainers.image.revision="${REVISION}"
WORKDIR /app
# Owned by root and readable by all: the process can read its own code and change none of it.
COPY --from=layers /layers/extracted/dependencies/ ./
COPY --from=layers /layers/extracted/spring-boot-loader/ ./
COPY --from=layers /layers/extracted/snapshot-dependencies/ ./
COPY --from=layers /layers/extracted/application/ ./
# Memory by the container's limit; the rest is for threads, code and buffers. Out of memory ends the process, and the
# kubelet starts it again. SERVER_ADDRESS: a container's loopback is of no use to anybody outside it.
ENV JAVA_TOOL_OPTIONS="-XX:MaxRAMPercentage=60 -XX:+ExitOnOutOfMemoryError" \
    SERVER_ADDRESS=0.0.0.0
# By number, so that Kubernetes can tell that it is not root (runAsNonRoot).
USER 10001:10001
EXPOSE 8080
ENTRYPOINT ["java", "-jar", "app.jar"]
