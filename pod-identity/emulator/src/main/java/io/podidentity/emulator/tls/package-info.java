/**
 * The emulator's own certificate authority, and the files by which clients trust it.
 *
 * <p>Start at {@code CertificateAuthority}.
 */
@NullMarked
package io.podidentity.emulator.tls;

import org.jspecify.annotations.NullMarked;
