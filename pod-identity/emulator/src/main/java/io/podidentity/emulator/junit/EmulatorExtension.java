// SPDX-License-Identifier: Apache-2.0
package io.podidentity.emulator.junit;

import static java.util.Objects.requireNonNull;

import io.podidentity.emulator.PodIdentityEmulator;
import io.podidentity.emulator.run.EmulatedPod;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ExtensionContext.Namespace;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;

/**
 * Starts an emulator before each test and ends it after. With {@code @ExtendWith} it has the defaults; as a field with
 * {@code @RegisterExtension} it has what its builder says. A test takes it as a parameter, or from {@link #emulator()},
 * and one of its pods as a parameter with {@link InPod}.
 *
 * <p>A static field that says {@link #forTheClass()} has one emulator for all tests of the class; faults that a test
 * leaves behind are gone in the next.
 *
 * <p>Thread-safety: as the test's own instance; one for the class is safe, but its faults are for all tests.
 *
 * @since 0.1.0
 */
public final class EmulatorExtension implements BeforeAllCallback, BeforeEachCallback, ParameterResolver {

    private static final Namespace NAMESPACE = Namespace.create(EmulatorExtension.class);

    private final PodIdentityEmulator.Builder builder;
    private final boolean forTheClass;
    private volatile @Nullable PodIdentityEmulator emulator;

    /** An emulator with its defaults. */
    public EmulatorExtension() {
        this(PodIdentityEmulator.builder());
    }

    /**
     * An emulator as the builder makes it, a new one for each test.
     *
     * @throws NullPointerException if {@code builder} is null
     */
    public EmulatorExtension(PodIdentityEmulator.Builder builder) {
        this(requireNonNull(builder, "builder"), false);
    }

    private EmulatorExtension(PodIdentityEmulator.Builder builder, boolean forTheClass) {
        this.builder = builder;
        this.forTheClass = forTheClass;
    }

    /** The same, with one emulator from the first test of the class to the last. For a static field. */
    public EmulatorExtension forTheClass() {
        return new EmulatorExtension(builder, true);
    }

    /**
     * The emulator of the running test.
     *
     * @throws IllegalStateException outside of a test
     */
    public PodIdentityEmulator emulator() {
        PodIdentityEmulator running = emulator;
        if (running == null) {
            throw new IllegalStateException("No test is running: the emulator starts before "
                    + (forTheClass ? "the first test, if its field is static" : "each test"));
        }
        return running;
    }

    @Override
    public void beforeAll(ExtensionContext context) {
        if (forTheClass) {
            start(context);
        }
    }

    @Override
    public void beforeEach(ExtensionContext context) {
        if (forTheClass) {
            emulator().faults().clear();
        } else {
            start(context);
        }
    }

    /** JUnit itself closes what is in the store. */
    private void start(ExtensionContext context) {
        PodIdentityEmulator started = builder.start();
        emulator = started;
        context.getStore(NAMESPACE).put(PodIdentityEmulator.class, started);
    }

    @Override
    public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
        Class<?> type = parameter.getParameter().getType();
        boolean isOfRunningTest = forTheClass || context.getTestMethod().isPresent();
        return isOfRunningTest
                && (type == PodIdentityEmulator.class
                        || (type == EmulatedPod.class && parameter.isAnnotated(InPod.class)));
    }

    /** @throws IllegalArgumentException if there is no pod of the name that {@link InPod} says */
    @Override
    public Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
        var running = requireNonNull(
                context.getStore(NAMESPACE).get(PodIdentityEmulator.class, PodIdentityEmulator.class), "emulator");
        return parameter
                .findAnnotation(InPod.class)
                .<Object>map(pod -> running.pod(pod.value()))
                .orElse(running);
    }
}
