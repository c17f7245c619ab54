// SPDX-License-Identifier: Apache-2.0
package io.podidentity.tokenprovider.spring.test;

import io.podidentity.emulator.PodIdentityEmulator;
import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Inherited;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import java.util.function.Consumer;
import org.junit.jupiter.api.parallel.ResourceLock;

/**
 * Gives a test's application context an Azure of its own on loopback: on a {@code @SpringBootTest} class.
 *
 * <p>The application's token provider uses it, whatever variables the shell has, and so do the application's settings,
 * by these properties: {@code emulated-azure.storage}, {@code emulated-azure.entra}, {@code emulated-azure.imds} and
 * {@code emulated-azure.tenant-id}, for example in {@code
 * @SpringBootTest(properties = "app.storage=${emulated-azure.storage}")}. The HTTP clients of the JVM trust it, unless
 * they were made before the context: java.net.http, HttpsURLConnection, Netty, OkHttp and Apache HttpClient. Its
 * certificate authority is also the SSL bundle {@code emulated-azure}. The {@link PodIdentityEmulator} is a bean, so a
 * test can order faults and look at the requests.
 *
 * <p>It lives as long as the context, which Spring keeps for test classes of the same configuration. Before each test
 * its faults are cleared and the provider's tokens are forgotten; clients of the Azure SDK that use a bean as their
 * credential keep no token of their own. A request for a token takes 5 s at most, unless
 * {@code token-provider.deadline} says otherwise. If JUnit runs tests in parallel, those with the same annotation run
 * one after the other.
 *
 * @since 0.1.0
 */
@Documented
@Inherited
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
@ResourceLock(providers = EmulatedAzureContextCustomizer.Locks.class)
public @interface EmulatedAzure {

    /** Files and folders with manifests of a cluster; none is a machine without a cluster. */
    String[] manifests() default {};

    /** The pod of the manifests in which the application is, {@code namespace/name} or a name in {@code default}. */
    String pod() default "";

    /**
     * What runs in the cluster: {@code 1.5.4}, {@code 1.6.3}, {@code 1.8.17}, {@code managed} or
     * {@code workload-identity}; by default what the manifests ask for.
     */
    String profile() default "";

    /** How many times faster than real ones the cluster's waits are. */
    double timeScale() default 500;

    /** What else there is to say to the emulator's builder, by classes with a constructor without arguments. */
    Class<? extends Consumer<PodIdentityEmulator.Builder>>[] customizers() default {};
}
