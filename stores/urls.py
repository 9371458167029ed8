"""The counter, `/counter/`."""

from django.urls import URLPattern, path

from stores.views import (
    counting,
    declining,
    goods,
    handing,
    paper,
    picking,
    queue,
    set_aside,
    shelf,
)

GOODS = "counter/goods/<slug:kind>/<uuid:uid>/"
COUNT = "counter/counts/<int:number>/"
PICKUP = "counter/pickups/<uuid:uid>/"

urlpatterns: list[URLPattern] = [
    path("counter/", queue.queue, name="counter"),
    path("counter/store/", queue.choose_store, name="counter-store"),
    path("counter/scan/", queue.scan, name="counter-scan"),
    path("counter/find/", queue.find, name="counter-find"),
    path("counter/more/", queue.more, name="counter-more"),
    path("counter/look-up/", shelf.look_up, name="counter-look-up"),
    path("counter/adjustments/<uuid:nonce>/undo/", shelf.adjust_undo, name="counter-adjust-undo"),
    path("counter/set-aside/", set_aside.set_aside_list, name="counter-set-aside-list"),
    path(
        "counter/set-aside/<uuid:uid>/part/",
        set_aside.set_aside_part,
        name="counter-set-aside-part",
    ),
    path(
        "counter/set-aside/<uuid:uid>/put-back/",
        set_aside.set_aside_put_back,
        name="counter-set-aside-put-back",
    ),
    path(
        "counter/set-aside/<uuid:uid>/write-off/",
        set_aside.set_aside_write_off,
        name="counter-set-aside-write-off",
    ),
    path(
        "counter/items/<path:code>/set-aside/", set_aside.set_aside_page, name="counter-set-aside"
    ),
    path("counter/items/<path:code>/adjust/", shelf.adjust, name="counter-adjust"),
    path("counter/items/<path:code>/", shelf.item, name="counter-item"),
    path("counter/more/scanner/", queue.scanner, name="counter-scanner"),
    path("counter/receive/", goods.receive, name="counter-receive"),
    path("counter/receive/scan/", goods.receive_scan, name="counter-receive-scan"),
    path(GOODS, goods.goods_page, name="counter-goods"),
    path(GOODS + "scan/", goods.goods_scanned, name="counter-goods-scan"),
    path(GOODS + "lines/<int:sku>/", goods.goods_counted, name="counter-goods-count"),
    path(GOODS + "undo/", goods.goods_undone, name="counter-goods-undo"),
    path(GOODS + "end/", goods.goods_end, name="counter-goods-end"),
    path("counter/counts/", counting.count_list, name="counter-count-list"),
    path(COUNT, counting.count_page, name="counter-count-page"),
    path(COUNT + "scan/", counting.count_scan, name="counter-count-scan"),
    path(COUNT + "lines/<int:line>/", counting.count_line, name="counter-count-line"),
    path(COUNT + "end/", counting.count_end, name="counter-count-end"),
    path(PICKUP, handing.pickup_page, name="counter-pickup"),
    path(PICKUP + "take/", picking.take, name="counter-take"),
    path(PICKUP + "scan/", picking.scan_item, name="counter-pick-scan"),
    path(PICKUP + "lines/<int:line>/", picking.count, name="counter-count"),
    path(PICKUP + "lines/<int:line>/decline/", declining.decline, name="counter-decline"),
    path(PICKUP + "declines/<uuid:decline>/undo/", declining.found, name="counter-found"),
    path(PICKUP + "preview/", picking.preview, name="counter-preview"),
    path(PICKUP + "ready/", picking.make_ready, name="counter-ready"),
    path(PICKUP + "unready/", picking.make_unready, name="counter-unready"),
    path(PICKUP + "place/", picking.move, name="counter-place"),
    path(PICKUP + "pay/", handing.pay, name="counter-pay"),
    path(PICKUP + "pay-back/", handing.pay_back, name="counter-pay-back"),
    path(PICKUP + "hand-over/", handing.hand_over, name="counter-hand-over"),
    path(PICKUP + "undo/", handing.undo, name="counter-undo"),
    path(PICKUP + "extend/", handing.extend, name="counter-extend"),
    path(PICKUP + "unextend/", handing.unextend, name="counter-unextend"),
    path(PICKUP + "reinstate/", handing.reinstate, name="counter-reinstate"),
    path(PICKUP + "put-back/<int:task>/", handing.put_back, name="counter-put-back"),
    path(PICKUP + "put-back/<int:task>/undo/", handing.put_back_undo, name="counter-put-back-undo"),
    path(PICKUP + "resend/", handing.resend, name="counter-resend"),
    path(PICKUP + "slip/", paper.pick_slip, name="counter-slip"),
    path(PICKUP + "label/", paper.bag_label, name="counter-label"),
]
