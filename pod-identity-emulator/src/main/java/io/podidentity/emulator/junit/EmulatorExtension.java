package io.podidentity.emulator.junit;

import static java.util.Objects.requireNonNull;

import io.podidentity.emulator.PodIdentityEmulator;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ExtensionContext.Namespace;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;

/**
 * Starts an emulator before each test and ends it after. With {@code @ExtendWith} it has the defaults; as a field with
 * {@code @RegisterExtension}, not a static one, it has what its builder says. A test takes it as a parameter, or from
 * {@link #emulator()}.
 *
 * <p>Thread-safety: as the test's own instance.
 */
public final class EmulatorExtension implements BeforeEachCallback, ParameterResolver {

    private static final Namespace NAMESPACE = Namespace.create(EmulatorExtension.class);

    private final PodIdentityEmulator.Builder builder;
    private @Nullable PodIdentityEmulator emulator;

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
        this.builder = requireNonNull(builder, "builder");
    }

    /**
     * The emulator of the running test.
     *
     * @throws IllegalStateException outside of a test
     */
    public PodIdentityEmulator emulator() {
        if (emulator == null) {
            throw new IllegalStateException("No test is running: the emulator starts before each test");
        }
        return emulator;
    }

    /** Starts the emulator; JUnit itself closes what is in the test's store. */
    @Override
    public void beforeEach(ExtensionContext context) {
        emulator = builder.start();
        context.getStore(NAMESPACE).put(PodIdentityEmulator.class, emulator);
    }

    @Override
    public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
        return parameter.getParameter().getType() == PodIdentityEmulator.class
                && context.getTestMethod().isPresent();
    }

    @Override
    public Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
        return requireNonNull(context.getStore(NAMESPACE).get(PodIdentityEmulator.class), "emulator");
    }
}
