/** The emulator's own certificate authority, for its own use: start at {@code CertificateAuthority}. */
@NullMarked
package io.podidentity.emulator.tls;

import org.jspecify.annotations.NullMarked;
