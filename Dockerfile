# The demo as an image: the layers of its jar, on a Java without a shell or a package manager. Build the jars first:
#   mvn -B -DskipTests package
#   docker build --platform linux/amd64 -t podidentitydemo .          (or: podman build, buildah bud)
# On a Mac with an Apple processor --platform linux/amd64 is needed for nodes of AKS's default kind.
# JDK takes the jar apart, BASE is the Java that runs it. Pin both: --build-arg JDK=...@sha256:... --build-arg BASE=...@sha256:...
ARG JDK=jdk
ARG BASE=base
FROM mcr.microsoft.com/openjdk/jdk:25-azurelinux AS jdk
FROM mcr.microsoft.com/openjdk/jdk:25-distroless AS base

FROM ${JDK} AS extracted
COPY demo-app/target/demo-app*.jar /build/fat.jar
WORKDIR /build
RUN ["java", "-Djarmode=tools", "-jar", "fat.jar", "extract", "--layers", "--libraries", "libs", \
     "--application-filename", "demo-app.jar", "--destination", "layers"]

FROM ${BASE}
ARG VERSION=0.1.0-SNAPSHOT
ARG REVISION=unknown
LABEL org.opencontainers.image.title="podidentitydemo" \
      org.opencontainers.image.description="Shows which Azure identity a pod has, and reads blobs with it" \
      org.opencontainers.image.source="https://github.com/pod-identity/pod-identity-java" \
      org.opencontainers.image.licenses="Apache-2.0" \
      org.opencontainers.image.version="${VERSION}" \
      org.opencontainers.image.revision="${REVISION}"
WORKDIR /app
# The libraries seldom change: after a change of the application alone, only its own few kilobytes are pushed and pulled.
COPY --from=extracted /build/layers/dependencies/ ./
COPY --from=extracted /build/layers/snapshot-dependencies/ ./
COPY --from=extracted /build/layers/application/ ./
# For kubectl exec: java -jar /app/token-provider.jar explain
COPY token-provider/target/token-provider.jar ./
COPY LICENSE NOTICE /licenses/
COPY demo-app/src/image/licenses/ /licenses/libraries/
# Loopback would be the container's own. Health and metrics have a port of their own.
ENV SERVER_ADDRESS=0.0.0.0 MANAGEMENT_SERVER_PORT=8081
# By number, so that Kubernetes can tell that the user is not root (runAsNonRoot).
USER 10001:10001
EXPOSE 8080 8081
# The heap is a part of the container's memory limit. A process without memory ends, and the kubelet starts it again.
ENTRYPOINT ["java", "-XX:MaxRAMPercentage=40", "-XX:+ExitOnOutOfMemoryError", "-Dspring.aot.enabled=true", "-jar", "demo-app.jar"]
