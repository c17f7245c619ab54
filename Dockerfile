# The demo app as an image: a Java runtime of the modules that it needs, no shell, no package manager, user 10001. Build
# the jars first, then the image:
#   mvn -B -DskipTests package
#   docker build --platform linux/amd64 -t podidentitydemo .          (or: podman build, buildah bud)
#
# JDK makes the runtime, BASE carries it: a C library, CA certificates, and nothing else. Both have linux/amd64 and
# linux/arm64; with docker buildx, --platform linux/amd64,linux/arm64 builds for both. On a Mac with an Apple processor
# --platform linux/amd64 is needed for nodes of AKS's default kind. Pin both by digest:
#   --build-arg JDK=...@sha256:... --build-arg BASE=...@sha256:...
# No Docker at hand: mvn package jib:build makes the same as "plain" on the base that jib.from.image names, and pushes it.
# To give jib this runtime: docker build --target runtime -t REGISTRY/java:25 .
ARG JDK=jdk
ARG BASE=base
FROM mcr.microsoft.com/openjdk/jdk:25-azurelinux AS jdk
FROM mcr.microsoft.com/azurelinux/distroless/base:3.0 AS base

# What Spring Boot with Tomcat and the Azure SDK load (java.desktop for java.beans, jdk.crypto.ec for TLS), and the
# Flight Recorder. jdeps over all classes names fewer; the rest is found at run time, by name.
FROM ${JDK} AS java
RUN ["jlink", "--strip-java-debug-attributes", "--no-header-files", "--no-man-pages", "--compress", "zip-6", "--output", "/opt/java", "--add-modules", \
     "java.base,java.compiler,java.desktop,java.instrument,java.logging,java.management,java.naming,java.net.http,java.prefs,java.rmi,java.scripting,java.security.jgss,java.sql,java.xml,jdk.crypto.ec,jdk.httpserver,jdk.jfr,jdk.management,jdk.naming.dns,jdk.net,jdk.unsupported,jdk.zipfs"]
# The class archive of the JDK itself: every JDK has it, but jlink does not create it.
RUN ["/opt/java/bin/java", "-XX:+UseSerialGC", "-Xshare:dump"]

FROM ${BASE} AS runtime
COPY --from=java /opt/java/ /opt/java/
ENV JAVA_HOME=/opt/java PATH=/opt/java/bin:/usr/bin

# What only the build runs, compiled by the whole JDK.
FROM ${JDK} AS programs
COPY podid/cli/target/podid.jar demo-app/src/image/ /build/
RUN ["javac", "-d", "/build", "-cp", "/build/podid.jar", "/build/Train.java", "/build/Strip.java"]

FROM runtime AS extracted
WORKDIR /build
COPY demo-app/target/demo-app*.jar /build/fat.jar
COPY --from=programs /build/Strip*.class ./
RUN ["java", "-Djarmode=tools", "-jar", "fat.jar", "extract", "--layers", "--libraries", "libs", \
     "--application-filename", "demo-app.jar", "--destination", "layers"]
# No signatures, which would keep the Azure SDK out of an AOT cache, and no names of local variables, which fill it.
RUN ["java", "Strip", "layers"]

FROM runtime AS plain
ARG VERSION=0.1.0-SNAPSHOT
ARG REVISION=unknown
LABEL org.opencontainers.image.title="podidentitydemo" \
      org.opencontainers.image.description="Shows which Azure identity a pod has, and reads blobs with it" \
      org.opencontainers.image.source="https://github.com/pod-identity/pod-identity-java" \
      org.opencontainers.image.licenses="Apache-2.0" \
      org.opencontainers.image.version="${VERSION}" \
      org.opencontainers.image.revision="${REVISION}"
WORKDIR /app
# The libraries, which seldom change, apart from the application: a new version pushes and pulls a few kilobytes.
# Owned by root and readable by all: the process can read its own code and change none of it.
COPY --from=extracted /build/layers/dependencies/ ./
COPY --from=extracted /build/layers/snapshot-dependencies/ ./
COPY --from=extracted /build/layers/application/ ./
# The library's own program, for kubectl exec: java -jar /app/token-provider.jar explain. And the licences; those of the
# Java runtime are in /opt/java/legal, those of the libraries in their jars or, where these have none, in /licenses/libraries.
COPY token-provider/target/token-provider.jar ./
COPY LICENSE NOTICE /licenses/
COPY demo-app/src/image/licenses/ /licenses/libraries/
# A container's loopback is of no use to anybody outside it. Health and metrics have a port of their own, as in k8s/.
ENV SERVER_ADDRESS=0.0.0.0 MANAGEMENT_SERVER_PORT=8081
# By number, so that Kubernetes can tell that it is not root (runAsNonRoot).
USER 10001:10001
EXPOSE 8080 8081
# The heap by the container's limit; the rest is for classes, code, threads and buffers. Out of memory ends the process,
# and the kubelet starts it again. The collector is named, so that the same one trains the cache and runs with it: it is
# also what Java takes by itself in a pod with less than two processors. The young generation has a fixed size: it fills
# whatever it may grow to, and then that memory is never given back. C1 is the one compiler: on one processor C2 takes
# the time from the first requests, and 100 MB in the end; where load lasts, leave that option out and give more memory.
# The beans are those that the build has made ahead of time: settings have effect here, but none decides any more which
# beans there are. Not in JAVA_TOOL_OPTIONS, which is free for your own options, and which every other Java in the
# container would announce and obey.
ENTRYPOINT ["java", "-XX:+UseSerialGC", "-XX:MaxRAMPercentage=40", "-Xmn4m", "-XX:TieredStopAtLevel=1", \
     "-XX:+ExitOnOutOfMemoryError", "-Dspring.aot.enabled=true", "-jar", "demo-app.jar"]

# A start and one request of each kind to an emulated Azure, on the very layers that are shipped (the cache holds for
# these files at these times and for this Java only), with what Java loaded and linked written down at its end. What was
# compiled when is not: C1 has no use for it.
FROM plain AS trained
COPY --from=programs /build/podid.jar /build/Train.class /build/
RUN ["java", "-cp", "/build/podid.jar:/build", "Train", \
     "java", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-XX:+UnlockDiagnosticVMOptions", "-XX:-AOTRecordTraining", "-Xlog:aot*=error", \
     "-XX:AOTCacheOutput=/tmp/demo-app.aot", "-Dspring.aot.enabled=true", "-jar", "demo-app.jar"]

FROM plain
COPY --from=trained --chown=0:0 --chmod=444 /tmp/demo-app.aot ./
# A cache that does not fit is ignored, and the start is then as slow as without.
ENTRYPOINT ["java", "-XX:+UseSerialGC", "-XX:MaxRAMPercentage=40", "-Xmn4m", "-XX:TieredStopAtLevel=1", \
     "-XX:+ExitOnOutOfMemoryError", "-XX:AOTCache=/app/demo-app.aot", "-Dspring.aot.enabled=true", "-jar", "demo-app.jar"]
